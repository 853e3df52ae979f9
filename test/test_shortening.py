# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever a value is, a message shows it on one line and not too long."""

from __future__ import annotations

import pytest

from attendseg_ros.shortening import cut, is_name, shortened, shortened_text


@pytest.mark.parametrize(
    "value",
    ["x" * 10**6, 10**10_000, [[["x"] * 1000] * 1000] * 1000, {1: "a", "b": 2}, b"x" * 10**6, 1.5],
    ids=lambda value: type(value).__name__,
)
def test_values_are_shown_shortly(value: object) -> None:
    assert 0 < len(shortened(value)) <= 110
    assert 0 < len(shortened_text(str(type(value)) * 1000)) <= 110


def test_a_text_that_fits_is_shown_as_it_is_and_a_longer_one_by_both_ends() -> None:
    assert cut("0123456789", 10) == "0123456789"
    assert cut("0123456789a", 10) == "012...89a"
    assert shortened_text("a\nb\0c") == "a b\\0c"
    assert shortened(10**100) == "a number of 333 bits"


@pytest.mark.parametrize(
    "name",
    ["street", "traffic light", "Straße", "\u0645\u06cc\u200c\u0645", "x" * 100, "\U0001f332"],
)
def test_a_name_is_a_line_that_shows(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "other",
    ["", " ", "a\nb", "a\0", "\x1b[31m", "a\u202eb", "a\u2028b", "x" * 101, 5, None, ["a"]],
    ids=repr,
)
def test_anything_else_is_no_name(other: object) -> None:
    assert not is_name(other)
