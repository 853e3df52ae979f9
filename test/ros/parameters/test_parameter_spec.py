# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A parameter's row: what a table makes it from, and what ROS is told of it."""

from __future__ import annotations

from dataclasses import dataclass

from attendseg_ros.ros.parameters.parameter_spec import one_of, parameter, specs_of


@dataclass(frozen=True)
class Table:
    speed: float = parameter(1.0, "How fast.", limits=(0.0, 2.0))
    count: int = parameter(3, "How many.", live=False, limits=(1, 5))
    mode: str = parameter("slow", "Which way.", constraints=one_of(("slow", "fast")))
    title: str = parameter("", "What it is called.", constraints="at most a line")


SPECS = {spec.name: spec for spec in specs_of(Table)}


def test_a_table_has_a_row_for_each_field_in_their_order() -> None:
    assert list(SPECS) == ["speed", "count", "mode", "title"]
    assert [spec.default for spec in SPECS.values()] == [1.0, 3, "slow", ""]


def test_only_a_text_of_a_few_words_has_choices() -> None:
    assert SPECS["mode"].choices == ("slow", "fast")
    assert SPECS["mode"].constraints == "one of slow, fast"
    assert SPECS["title"].choices == SPECS["speed"].choices == ()


def test_ros_is_told_the_range_in_the_parameters_own_type() -> None:
    speed, count = SPECS["speed"].descriptor(), SPECS["count"].descriptor()
    (doubles,) = speed.floating_point_range
    (integers,) = count.integer_range
    assert (doubles.from_value, doubles.to_value) == (0.0, 2.0)
    assert (integers.from_value, integers.to_value, integers.step) == (1, 5, 1)
    assert (speed.read_only, count.read_only) == (False, True)
    assert not SPECS["title"].descriptor().integer_range
