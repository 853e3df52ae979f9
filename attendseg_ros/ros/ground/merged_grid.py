# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The grids of several cameras as one, on ~/ground_grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from std_msgs.msg import Header

from attendseg_ros.clocks import NANOSECONDS
from attendseg_ros.navigation.ground_map import Grid, merged
from attendseg_ros.ros.ground.grid_output import GridOutput
from attendseg_ros.streaming.timing import stamp_ns

OLDEST_NS = NANOSECONDS // 2
"""A grid farther from the newest is of another place: the robot has moved."""

PATIENCE_S = 1.0
"""A camera whose last grid came longer ago does not make those of others old."""


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
    """Keeps the newest grid of each camera; any thread may use it."""

    def __init__(self, wanted: Callable[[], bool], publish: Callable[[Any], None]) -> None:
        """Begins with no grid.

        Args:
            wanted: whether anybody listens.
            publish: sends a message.
        """
        self.wanted = wanted
        self._output = GridOutput(publish)
        self._lock = Lock()
        self._parts: dict[str, _Part] = {}
        self._last_ns: dict[str, int] = {}

    def add(self, camera: str, cells: NDArray[np.uint8], grid: Grid, header: Header) -> str:
        """Takes in a camera's grid, and publishes what all know at about that moment.

        Args:
            camera: its name.
            cells: uint8 (C, C); copied.
            grid: what they are.
            header: of the grid.

        Returns:
            Why it is left out, in words; empty where it is not. Two cameras whose stamps are that
            far apart would else take turns, and what one sees would come and go.
        """
        new = _Part(stamp_ns(header.stamp), monotonic(), header.frame_id, grid, cells.copy())
        with self._lock:
            return self._add(camera, new, header)

    def take_back(self, camera: str, stamp: Time, older_than_s: float = 0.0) -> None:
        """Takes a camera's grid out, and all back where none of another camera is new.

        Args:
            camera: its name.
            stamp: of this moment.
            older_than_s: a grid that was sent later still holds.
        """
        with self._lock:
            part = self._parts.get(camera)
            if part is not None and monotonic() - part.at_s >= older_than_s:
                del self._parts[camera]
            self._output.take_back(stamp, max(older_than_s, OLDEST_NS / NANOSECONDS))

    def _add(self, camera: str, new: _Part, header: Header) -> str:
        last_ns, self._last_ns[camera] = self._last_ns.get(camera, 0), new.stamp_ns
        # One that runs back itself is of a recording that starts again.
        if new.stamp_ns >= last_ns and (behind := self._behind(camera, new)):
            self._parts.pop(camera, None)
            return behind
        # What does not fit any more is forgotten: a recording that starts again comes by its moment
        # once more.
        self._parts = {name: part for name, part in self._parts.items() if part.fits(new)}
        self._parts[camera] = new
        cells = merged([part.cells for part in self._parts.values()])
        self._output.send(cells, new.grid, header)
        return ""

    def _behind(self, camera: str, new: _Part) -> str:
        """That another camera, which is alive, is far ahead of a grid, in words."""
        for name, part in self._parts.items():
            late_ns = part.stamp_ns - new.stamp_ns
            if name != camera and late_ns > OLDEST_NS and new.at_s - part.at_s < PATIENCE_S:
                return (
                    f"its grid is {late_ns / NANOSECONDS:.1f} s older than that of {name}, and not "
                    f"in that of all cameras: at most {OLDEST_NS / NANOSECONDS:g} s is allowed"
                )
        return ""
