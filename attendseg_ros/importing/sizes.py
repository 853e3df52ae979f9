# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which sizes a graph takes, found out by trying."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from attendseg_ros.importing.trial import is_grid

_MULTIPLES = (1, 2, 4, 8, 16, 32, 64, 128)
SIZES_A_MULTIPLE = 2
_SMALL = 160
"""About the side of the images tried: large enough for any network's coarsest grid."""


@dataclass(frozen=True)
class Sizes:
    """What model.yaml says of a graph's sizes.

    Attributes:
        multiple: what width and height must be multiples of.
        stride: input pixels of a cell of the output.
        output_size: width and height of the output where the graph takes one size only.
    """

    multiple: int
    stride: int
    output_size: tuple[int, int] | None


def fixed(input_size: tuple[int, int], grid: tuple[int, int]) -> Sizes:
    """Of a graph that takes one size.

    Args:
        input_size: width and height.
        grid: width and height of its output.
    """
    return Sizes(1, max(1, round(input_size[0] / grid[0])), grid)


def sizes_to_try(
    input_size: tuple[int, int], grid: tuple[int, int], multiple: int | None
) -> tuple[int, dict[int, list[tuple[int, int]]]]:
    """What is to be tried to find the smallest multiple of which every size works.

    Args:
        input_size: width and height, at which the graph runs.
        grid: width and height of its output there.
        multiple: what the user says that sides must be multiples of; only that is tried then.

    Returns:
        The stride, and for each multiple the sizes that must work; none where the grid is no part
        of the input.
    """
    (width, height), (columns, rows) = input_size, grid
    stride, rest = divmod(width, columns)
    if rest or (stride, 0) != divmod(height, rows):
        return stride, {}
    multiples = [multiple] if multiple else _MULTIPLES
    fitting = [m for m in multiples if not (m % stride or width % m or height % m)]
    return stride, {m: _around(m) for m in fitting}


def sizes_of(
    input_size: tuple[int, int],
    grid: tuple[int, int],
    stride: int,
    tried: Mapping[int, Sequence[tuple[int, int]]],
    answers: Iterable[Mapping[str, Any]],
) -> Sizes:
    """What came of the sizes tried: one size only, where no multiple works.

    Args:
        input_size: width and height, at which the graph runs.
        grid: width and height of its output there.
        stride: as `sizes_to_try` gave it.
        tried: the same.
        answers: of `try_sizes` for these, in their order; it stops after a multiple that works.
    """
    waiting = iter(answers)
    for multiple, sizes in tried.items():
        right = [is_grid(a, s, stride) for s, a in zip(sizes, waiting, strict=False)]
        if right and all(right):
            return Sizes(multiple, stride, None)
    return fixed(input_size, grid)


def _around(multiple: int) -> list[tuple[int, int]]:
    """Even and odd numbers of times a multiple, along each side."""
    times = ceil(_SMALL / multiple)
    return [
        (times * multiple, (times + 1) * multiple),
        ((times + 3) * multiple, times * multiple),
    ]
