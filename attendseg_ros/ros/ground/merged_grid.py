# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The grids of several cameras as one, on ~/ground_grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray
from std_msgs.msg import Header

from attendseg_ros.clocks import NANOSECONDS
from attendseg_ros.navigation.ground_map import Grid, merged
from attendseg_ros.ros.ground.ground_messages import to_grid
from attendseg_ros.streaming.timing import stamp_ns

OLDEST_NS = NANOSECONDS // 2
"""A grid farther from the newest is of another place: the robot has moved."""


@dataclass(frozen=True)
class _Part:
    stamp_ns: int
    at_s: float
    frame: str
    grid: Grid
    cells: NDArray[np.uint8]

    def fits(self, new: _Part) -> bool:
        """Whether it is of about the moment and of the very cells of another."""
        apart_ns = abs(self.stamp_ns - new.stamp_ns)
        if self.stamp_ns <= 0 and new.stamp_ns <= 0:
            # Without stamps it is as old as it is long since it came.
            apart_ns = round((new.at_s - self.at_s) * NANOSECONDS)
        return apart_ns <= OLDEST_NS and (self.frame, self.grid) == (new.frame, new.grid)


class MergedGrid:
    """Keeps the newest grid of each camera; for the thread that segments, which all share."""

    def __init__(self, wanted: Callable[[], bool], publish: Callable[[Any], None]) -> None:
        """Begins with no grid.

        Args:
            wanted: whether anybody listens.
            publish: sends a message.
        """
        self.wanted = wanted
        self._publish = publish
        self._parts: dict[str, _Part] = {}

    def add(self, camera: str, cells: NDArray[np.uint8], grid: Grid, header: Header) -> None:
        """Takes in a camera's grid, and publishes what all know at about that moment.

        Args:
            camera: its name.
            cells: uint8 (C, C); copied.
            grid: what they are.
            header: of the grid.
        """
        new = _Part(stamp_ns(header.stamp), monotonic(), header.frame_id, grid, cells.copy())
        # What does not fit any more is forgotten: a recording that starts again comes by its moment
        # once more.
        self._parts = {name: part for name, part in self._parts.items() if part.fits(new)}
        self._parts[camera] = new
        self._publish(to_grid(merged([part.cells for part in self._parts.values()]), grid, header))
