# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a stamp may be by a clock, and how an offset reads."""

from __future__ import annotations

import math

import pytest

from attendseg_ros.clocks import (
    LONGEST_LATENCY_NS,
    SYNC_ERROR_NS,
    is_age,
    latency_ms,
    likely_cause,
    offset_in_words,
)

SECOND = 1_000_000_000
NOW = 1_780_000_000 * SECOND


def test_latency() -> None:
    assert latency_ms(NOW, NOW + 5_000_000) == 5.0
    assert latency_ms(NOW - 5 * SECOND, NOW) == 5000.0
    for stamp_ns in (0, -SECOND, NOW + 1, NOW + 37 * SECOND, NOW - 11 * SECOND, 1000 * SECOND):
        assert math.isnan(latency_ms(stamp_ns, NOW))


def test_ages() -> None:
    assert is_age(-SYNC_ERROR_NS)
    assert is_age(LONGEST_LATENCY_NS)
    assert not is_age(-SYNC_ERROR_NS - 1)
    assert not is_age(LONGEST_LATENCY_NS + 1)
    assert is_age(-SYNC_ERROR_NS - 1, 2 * SYNC_ERROR_NS)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (37.0, "+37.0 s"),
        (-18.04, "-18.0 s"),
        (0.025, "+25 ms"),
        (-0.3, "-300 ms"),
        (-300.0, "-5.0 min"),
        (7200.0, "+2.00 h"),
        (-5.5 * 3600, "-5.50 h"),
        (-86_400.0 * 20, "-20.0 days"),
        (-1_780_000_000.0, "-56.4 years"),
    ],
)
def test_an_offset_has_a_sign_and_a_unit(seconds: float, words: str) -> None:
    assert offset_in_words(round(seconds * SECOND)) == words


@pytest.mark.parametrize(
    ("offset_s", "words"),
    [
        (37.0, "TAI"),
        (36.9, "TAI"),
        (-37.2, "TAI"),
        (18.0, "GPS"),
        (3600.0, "time zone"),
        (-5.5 * 3600, "time zone"),
        (-86_400.0 * 20, "a bag"),
        (-100.0, "synchronise"),
        (0.05, "synchronise"),
        (1234.0 - 1_780_000_000, "from the start"),
    ],
)
def test_a_cause_is_named(offset_s: float, words: str) -> None:
    offset_ns = round(offset_s * SECOND)
    assert words in likely_cause(NOW + offset_ns, offset_ns)
