# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The largest disc of free ground in view, by a distance transform."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.navigation.traversability import FREE

LARGEST_GRID = 320
"""Cells along the longer side: a cell of a 1280x960 image is 4 pixels wide."""

_TIE_CELLS = 1e-3


@dataclass(frozen=True)
class Disc:
    """A disc in an image; whole numbers are the centres of pixels.

    Attributes:
        x: of the centre, pixels from the left.
        y: of the centre, pixels from the top.
        radius: pixels.
    """

    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Clearance:
    """How far it is to the nearest pixel that is not free, for each cell of a grid.

    Attributes:
        radius: float32 (h, w), pixels; the disc of this radius around the cell is free and in view.
        cell: side of a cell in pixels.
        size: width and height of the image.
    """

    radius: NDArray[np.float32]
    cell: int
    size: tuple[int, int]

    def at(self, x: float, y: float) -> float:
        """The radius at a pixel, that of its cell."""
        height, width = self.radius.shape
        column = min(int((x + 0.5) / self.cell), width - 1)
        row = min(int((y + 0.5) / self.cell), height - 1)
        return float(self.radius[row, column])

    def disc_at(self, row: int, column: int) -> Disc:
        """The disc around a cell."""
        middle = (self.cell - 1) / 2
        return Disc(
            x=column * self.cell + middle,
            y=row * self.cell + middle,
            radius=float(self.radius[row, column]),
        )


def clearance_px(occupancy: NDArray[np.uint8]) -> Clearance:
    """Measures the free space around each place of a mask.

    It works on a grid of at most `LARGEST_GRID` cells a side. A cell is free if all its pixels are,
    and what lies outside the image is not. The distance between the centres of two cells, less half
    a cell's diagonal, is a radius that no pixel of the other cell reaches into.

    Args:
        occupancy: uint8 (H, W), `FREE` where it is safe; any other value is not.
    """
    height, width = occupancy.shape
    cell = math.ceil(max(height, width) / LARGEST_GRID)
    # Both sides of the image need a cell, however thin it is.
    cell = min(cell, height, width)
    free = (occupancy == FREE).view(np.uint8)
    if cell > 1:
        # The smallest value of a cell's pixels comes to stand at its first pixel.
        free = np.asarray(cv2.erode(free, np.ones((cell, cell), np.uint8), anchor=(0, 0)), np.uint8)
        # Cells that stick out of the image are left out.
        free = free[: height // cell * cell : cell, : width // cell * cell : cell]
    framed = cv2.copyMakeBorder(free, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    distance = cv2.distanceTransform(framed, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    radius = np.maximum((distance - math.sqrt(0.5)) * cell, 0.0).astype(np.float32)
    return Clearance(radius, cell, (width, height))


def largest_disc(clearance: Clearance) -> Disc:
    """The largest free disc; of equals, the one nearest to the middle of the image.

    Its radius is 0 where nothing is free.
    """
    radius = clearance.radius
    rows, columns = np.nonzero(radius >= radius.max() - _TIE_CELLS * clearance.cell)
    width, height = clearance.size
    across = (columns + 0.5) * clearance.cell - width / 2
    down = (rows + 0.5) * clearance.cell - height / 2
    best = int(np.argmin(across**2 + down**2))
    return clearance.disc_at(int(rows[best]), int(columns[best]))


def mean_inside(values: NDArray[np.uint8], disc: Disc) -> float:
    """The mean of the pixels whose centres lie in a disc, or of the nearest pixel if none does.

    Args:
        values: uint8 (H, W).
        disc: with its centre in the image.
    """
    height, width = values.shape
    left, top = (max(0, math.ceil(c - disc.radius)) for c in (disc.x, disc.y))
    right = min(width - 1, math.floor(disc.x + disc.radius))
    bottom = min(height - 1, math.floor(disc.y + disc.radius))
    y, x = np.ogrid[top : bottom + 1, left : right + 1]
    inside = (x - disc.x) ** 2 + (y - disc.y) ** 2 <= disc.radius**2
    if not inside.any():
        return float(values[round(disc.y), round(disc.x)])
    return float(values[top : bottom + 1, left : right + 1][inside].mean())
