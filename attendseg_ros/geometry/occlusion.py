# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which points a camera cannot see, since others stand in front of them: a z-buffer for lidars."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Places = NDArray[np.int32]

MARGIN, MARGIN_M = np.float32(1.03), np.float32(0.1)
"""How much farther than the nearest a point of the same surface may be: noise, and its slope."""

ROUGH, ROUGH_M = np.float32(1.3), np.float32(0.3)
"""The same where a cell tells of one axis only: ground 30 m away gets so far from row to row."""

_QUICK_AT = np.lib.NumpyVersion(np.__version__) >= "1.25.0"
"""Before, `minimum.at` took thirty times as long."""

_ROUNDS = 8


def hidden(
    columns: Places, rows: Places, ranges: Floats, size: tuple[int, int], reach_px: int
) -> NDArray[np.bool_]:
    """Finds the points that are behind others.

    A point is hidden by a nearer one of its pixel. A lidar's points are sparse, though, and the
    surface in front has gaps between them. So a point is hidden as well where nearer ones lie on
    all four sides of it, within `reach_px`; or, for poles and bars, on two opposite ones, if it is
    much farther. A surface seen at a grazing angle, such as the ground or a wall along the road,
    has a side without nearer points and hides nothing of itself; nor does what is in front hide
    what is seen beside its edge.

    Args:
        columns: int32 (N), the pixel of each point, inside the image.
        rows: int32 (N).
        ranges: float32 (N), metres from the lens.
        size: width and height of the image.
        reach_px: the largest gap between two neighbours of one surface; 0 looks at the very pixel
            only.

    Returns:
        bool (N).
    """
    width, height = size
    cells = (rows * np.int32(width) + columns).astype(np.intp)
    limit = _nearest(cells, ranges, width * height).take(cells)
    if reach_px > 0:
        # Four to seven cells to a side.
        shift = max(0, reach_px.bit_length() - 3)
        across, down = -(-width >> shift), -(-height >> shift)
        coarse = ((rows >> shift) * np.int32(across) + (columns >> shift)).astype(np.intp)
        front = _nearest(coarse, ranges, across * down).reshape(down, across)
        around = _around(front, -(-reach_px >> shift))
        limit = np.minimum(_beyond(limit), around.take(coarse))
    else:
        limit = _beyond(limit)
    return np.asarray(ranges > limit)


def _nearest(cells: NDArray[np.intp], ranges: Floats, count: int) -> Floats:
    """The smallest range in each cell; infinite where there is no point."""
    nearest = np.full(count, np.inf, np.float32)
    if not _QUICK_AT:
        # Several points of a cell are written in turn and the last one stays: the nearer ones are
        # written again, until none is left or so few that they are done one by one.
        for _ in range(_ROUNDS):
            nearest[cells] = ranges
            nearer = np.flatnonzero(ranges < nearest.take(cells))
            cells, ranges = cells[nearer], ranges[nearer]
    np.minimum.at(nearest, cells, ranges)
    return nearest


def _around(front: Floats, reach: int) -> Floats:
    """For each cell the range beyond which a point in it is behind those around the cell."""
    left, right = _beside(front, reach)
    above, below = _above_and_below(front, reach)
    opposite = np.minimum(np.maximum(left, right), np.maximum(above, below))
    # To a side belongs what stands half as far across, too.
    aside = 2 * ((reach + 1) // 2) + 1
    tall, broad = (aside, 1), (1, aside)
    surrounded = np.maximum.reduce(
        [_least(left, tall), _least(right, tall), _least(above, broad), _least(below, broad)]
    )
    return np.asarray(np.minimum(_beyond(surrounded), opposite * ROUGH + ROUGH_M))


def _beyond(ranges: Floats) -> Floats:
    """The largest range at which a point may be of the same surface as one of these."""
    return np.asarray(ranges * MARGIN + MARGIN_M)


def _beside(front: Floats, reach: int) -> tuple[Floats, Floats]:
    """The smallest range among the `reach` cells on the left of each cell, and on its right."""
    width = front.shape[1]
    wider = cv2.copyMakeBorder(front, 0, 0, reach, reach, cv2.BORDER_CONSTANT, value=np.inf)
    # From each cell on.
    least = _least(wider, (1, reach), (0, 0))
    return least[:, :width], least[:, reach + 1 : reach + 1 + width]


def _above_and_below(front: Floats, reach: int) -> tuple[Floats, Floats]:
    """The smallest range among the `reach` cells above each cell, and below it."""
    height = front.shape[0]
    taller = cv2.copyMakeBorder(front, reach, reach, 0, 0, cv2.BORDER_CONSTANT, value=np.inf)
    least = _least(taller, (reach, 1), (0, 0))
    return least[:height], least[reach + 1 : reach + 1 + height]


def _least(cells: Any, shape: tuple[int, int], anchor: tuple[int, int] = (-1, -1)) -> Floats:
    """The smallest range in a window of each cell; the anchor is the cell's place in it."""
    window = np.ones(shape, np.uint8)
    least: Any = cv2.erode(
        cells, window, anchor=anchor, borderType=cv2.BORDER_CONSTANT, borderValue=np.inf
    )
    return np.asarray(least)
