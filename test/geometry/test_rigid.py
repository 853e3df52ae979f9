# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Sixteen numbers are a transform only where they rotate and move."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from attendseg_ros.geometry.rigid import rigid

GOOD = (0.0, -1.0, 0.0, 0.1, 0.0, 0.0, -1.0, 0.2, 1.0, 0.0, 0.0, 0.3, 0.0, 0.0, 0.0, 1.0)


def test_rows_come_one_after_the_other() -> None:
    matrix = rigid(GOOD)
    np.testing.assert_array_equal(matrix[0], GOOD[:4])
    np.testing.assert_array_equal(matrix[:3, 3], (0.1, 0.2, 0.3))


def changed(**values: float) -> tuple[float, ...]:
    numbers = list(GOOD)
    for place, value in values.items():
        numbers[int(place[1:])] = value
    return tuple(numbers)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (GOOD[:12], "16 numbers, four rows of four, got 12"),
        (changed(_3=float("nan")), "finite"),
        (changed(_15=0.0), "last row must be 0, 0, 0, 1"),
        (tuple(np.reshape(GOOD, (4, 4)).T.ravel()), "last row"),
        (changed(_1=-2.0), "no rotation"),
        (changed(_8=-1.0), "mirror"),
        ((0.0,) * 15 + (1.0,), "no rotation"),
    ],
)
def test_what_is_no_transform_is_refused_in_words(values: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        rigid(values)
