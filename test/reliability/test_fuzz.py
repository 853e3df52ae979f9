# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The part of `make fuzz` that every run of the tests makes: few cases, the same each time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from reliability.fuzz.doors import DOORS, Visitor
from reliability.fuzz.mutations import mutated

SLOW = {"mcap", "sqlite_bag", "ros1_bag"}


@pytest.fixture(params=sorted(DOORS))
def door(request: pytest.FixtureRequest) -> Iterator[tuple[str, Visitor]]:
    visitor = Visitor(request.param)
    yield request.param, visitor
    visitor.close()


def test_good_input_is_taken(door: tuple[str, Visitor]) -> None:
    name, visitor = door
    seeds = DOORS[name].seeds()
    assert len(seeds) > 0
    assert sum(visitor.enter(seed) for seed in seeds) >= len(seeds) / 2


def test_changed_input_is_taken_or_refused_in_a_line(door: tuple[str, Visitor]) -> None:
    name, visitor = door
    seeds = DOORS[name].seeds()
    refused = 0

    @settings(
        max_examples=40 if name in SLOW else 250,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=mutated(seeds))
    def throw(data: bytes) -> None:
        nonlocal refused
        refused += not visitor.enter(data)

    throw()
    assert refused > 0
