# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ground in a grid around the robot, and as the scan of a laser in its origin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, nan, pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.navigation.polar_view import UNSEEN, PolarView
from attendseg_ros.navigation.traversability import FREE, OCCUPIED, UNKNOWN

Floats = NDArray[Any]
Pixels = NDArray[np.uint8]

BEAMS = 720
"""All around, half a degree apart: nearer than the pixels of a usual camera are."""

INCREMENT = 2 * pi / BEAMS
FIRST_ANGLE = -pi + INCREMENT / 2

_PLACES = 32
"""Places along a beam that must be free for it to be."""

_SHORT_BEAMS = 0.2
"""Share of the beams that may end before the scan's largest range."""

_COMMON = 0.8
"""What most beams reach is the scan's range if it is this share of what the longest reaches."""

_WHOLE = 0.98
"""A beam that is free up to this share of the scan's range is free."""


@dataclass(frozen=True)
class Grid:
    """A square of cells around the origin of the ground frame.

    Attributes:
        cells: along one side.
        resolution_m: side of a cell.
    """

    cells: int
    resolution_m: float

    @classmethod
    def of_size(cls, size_m: float, resolution_m: float) -> Grid:
        """The grid of a side in metres, as near as whole cells come."""
        return cls(max(1, round(size_m / resolution_m)), resolution_m)

    @property
    def origin_m(self) -> float:
        """X and y of the corner at which the first cell begins."""
        return -self.cells * self.resolution_m / 2

    def centres(self) -> tuple[Floats, Floats]:
        """X (1, C) and y (C, 1) of the cells; rows are along y, as in `nav_msgs/OccupancyGrid`."""
        along = self.origin_m + self.resolution_m * (np.arange(self.cells) + 0.5)
        return along[None], along[:, None]

    def cell_of(self, x: Floats, y: Floats) -> NDArray[np.intp]:
        """The index of the cell of each place; -1 outside."""
        column = np.floor((x - self.origin_m) / self.resolution_m).astype(np.intp)
        row = np.floor((y - self.origin_m) / self.resolution_m).astype(np.intp)
        inside = (column >= 0) & (column < self.cells) & (row >= 0) & (row < self.cells)
        return np.where(inside, row * self.cells + column, -1)


@dataclass(frozen=True)
class Scan:
    """What a laser in the origin of the ground frame would see, all around.

    Attributes:
        ranges: float32 (BEAMS,), metres from the origin to the first obstacle; infinite where all
            is free up to `range_max`; NaN where that is not known.
        range_min: nearer than this no beam sees the ground.
        range_max: farther than this not all beams see the ground.
    """

    ranges: NDArray[np.float32]
    range_min: float
    range_max: float


class GroundMap:
    """Makes grid and scan of one view; what does not change with the mask is computed once."""

    def __init__(self, view: PolarView, grid: Grid) -> None:
        """Looks up which direction and distance each cell and each beam are."""
        self.view, self.grid = view, grid
        direction, step = view.place(*grid.centres())
        flat = np.where(direction >= 0, direction * len(view.ranges) + step, -1)
        self._inside = np.flatnonzero((flat >= 0) & view.seen.ravel()[flat])
        self._sample = flat.ravel()[self._inside]
        self._direction, self._step = direction.ravel()[self._inside], step.ravel()[self._inside]
        self._cells = np.empty(grid.cells * grid.cells, np.uint8)
        self._cos, self._sin = np.cos(view.directions), np.sin(view.directions)
        self._prepare_beams()

    def update(self, pixels: Pixels, *, scan: bool = True) -> tuple[Pixels, Scan | None]:
        """Takes in a mask.

        Args:
            pixels: uint8 (H, W): `FREE`, `OCCUPIED`, anything else is unknown.
            scan: whether the scan is wanted too.

        Returns:
            uint8 (C, C), rows along y: `FREE`, `OCCUPIED` or `UNKNOWN`, valid until the next call;
            and the scan.
        """
        occupancy = self.view.occupancy(pixels)
        feet, placed = self.view.feet(occupancy)
        self._cells.fill(UNKNOWN)
        free = (occupancy.ravel()[self._sample] == FREE) & (self._step < feet[self._direction])
        self._cells[self._inside[free]] = FREE
        standing = np.flatnonzero(placed)
        x, y = self._positions(standing, feet[standing])
        cells = self.grid.cell_of(x, y)
        self._cells[cells[cells >= 0]] = OCCUPIED
        found = self._scan(occupancy, x, y) if scan else None
        return self._cells.reshape(self.grid.cells, self.grid.cells), found

    def _positions(
        self, direction: NDArray[np.intp], step: NDArray[np.intp]
    ) -> tuple[Floats, Floats]:
        at_x, at_y, _ = self.view.view.pose.position
        ranges = self.view.ranges[step]
        return at_x + ranges * self._cos[direction], at_y + ranges * self._sin[direction]

    def _prepare_beams(self) -> None:
        view = self.view
        sighted = np.flatnonzero(view.seen.any(axis=1))
        near = view.seen.argmax(axis=1)[sighted]
        far = len(view.ranges) - 1 - view.seen[:, ::-1].argmax(axis=1)[sighted]
        # What leaves the view and comes back is not free in between.
        self._unbroken = np.zeros(len(view.directions), bool)
        self._unbroken[sighted] = view.seen[sighted].sum(axis=1) == far - near + 1
        far_x, far_y = self._positions(sighted, far)
        near_x, near_y = self._positions(sighted, near)
        reach = np.full(BEAMS, nan)
        np.fmax.at(reach, _beam_of(far_x, far_y), np.hypot(far_x, far_y))
        longest, common = float(np.nanmax(reach)), float(np.nanquantile(reach, _SHORT_BEAMS))
        # A few long beams must not keep all others from ever being free.
        self._range_max = common if common >= _COMMON * longest else longest
        self._range_min = float(min(np.hypot(near_x, near_y).min(), self._range_max))
        starts = np.full(BEAMS, inf)
        np.fmin.at(starts, _beam_of(near_x, near_y), np.hypot(near_x, near_y))
        angles = FIRST_ANGLE + INCREMENT * np.arange(BEAMS)
        starts = np.where(np.isfinite(starts), starts, self._range_min)
        share = np.linspace(0.0, 1.0, _PLACES)
        along = starts[:, None] + (self._range_max - starts)[:, None] * share
        direction, _ = view.place(along * np.cos(angles)[:, None], along * np.sin(angles)[:, None])
        # A beam that leaves the view, or ends too early, is never known to be free.
        whole = (direction >= 0).all(axis=1) & (reach >= _WHOLE * self._range_max)
        self._whole = np.flatnonzero(whole)
        self._along = direction[self._whole]

    def _scan(self, occupancy: Pixels, x: Floats, y: Floats) -> Scan:
        ranges = np.full(BEAMS, nan, np.float32)
        free = self._unbroken & ((occupancy == FREE) | (occupancy == UNSEEN)).all(axis=1)
        ranges[self._whole[free[self._along].all(axis=1)]] = inf
        distances = np.hypot(x, y).astype(np.float32)
        kept = distances <= self._range_max
        np.fmin.at(ranges, _beam_of(x[kept], y[kept]), distances[kept])
        return Scan(ranges, self._range_min, self._range_max)


def merged(grids: Sequence[Pixels]) -> Pixels:
    """Several cameras' grids of one frame and size: an obstacle in any, else free ground in any."""
    result: Pixels = grids[0].copy()
    for other in grids[1:]:
        result[(other == FREE) & (result == UNKNOWN)] = FREE
    for other in grids[1:]:
        result[other == OCCUPIED] = OCCUPIED
    return result


def _beam_of(x: Floats, y: Floats) -> NDArray[np.intp]:
    turn = np.mod(np.arctan2(y, x) + pi, 2 * pi)
    return np.minimum(np.floor(turn / INCREMENT).astype(np.intp), BEAMS - 1)
