# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which sizes a graph takes, found out by trying."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from attendseg_ros.importing.trial import try_sizes
from attendseg_ros.inference.engine import OUTPUT_NAME

_MULTIPLES = (1, 2, 4, 8, 16, 32, 64, 128)
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


def find_sizes(
    model: bytes, input_size: tuple[int, int], grid: tuple[int, int], multiple: int | None
) -> Sizes:
    """Finds the smallest multiple of which every size works.

    Args:
        model: a graph with open sides.
        input_size: width and height, at which it runs.
        grid: width and height of its output there.
        multiple: what the user says that sides must be multiples of; only that is tried then.

    Returns:
        One size only, where no multiple works or `input_size` is none of it.
    """
    (width, height), (columns, rows) = input_size, grid
    stride, rest = divmod(width, columns)
    if rest or (stride, 0) != divmod(height, rows):
        return fixed(input_size, grid)
    multiples = [
        m
        for m in ([multiple] if multiple else _MULTIPLES)
        if not (m % stride or width % m or height % m)
    ]
    sizes = {m: _around(m) for m in multiples}
    answers = iter(try_sizes(model, [size for tried in sizes.values() for size in tried]))
    right = {m: [_is_right(next(answers), size, stride) for size in sizes[m]] for m in multiples}
    best = next((m for m in multiples if all(right[m])), None)
    return fixed(input_size, grid) if best is None else Sizes(best, stride, None)


def _around(multiple: int) -> list[tuple[int, int]]:
    """Even and odd numbers of times a multiple, along each side."""
    times = ceil(_SMALL / multiple)
    return [
        (times * multiple, (times + 1) * multiple),
        ((times + 3) * multiple, times * multiple),
    ]


def _is_right(answer: Mapping[str, Any], size: tuple[int, int], stride: int) -> bool:
    if "error" in answer:
        return False
    shape = answer["outputs"][OUTPUT_NAME]["shape"]
    return bool(shape[2:] == [size[1] // stride, size[0] // stride])
