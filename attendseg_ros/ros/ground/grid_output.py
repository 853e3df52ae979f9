# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Grids sent, and the last one taken back once nothing new is known."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from std_msgs.msg import Header

from attendseg_ros.navigation import UNKNOWN
from attendseg_ros.navigation.ground_map import Grid
from attendseg_ros.ros.ground.ground_messages import to_grid


class GridOutput:
    """Sends the grids of one topic; any thread may.

    A costmap keeps the last map that came, and moves it along with the robot: of a camera that
    died, the free ground of its last image would lie ahead for ever.
    """

    def __init__(self, publish: Callable[[Any], None]) -> None:
        """Begins with no grid.

        Args:
            publish: sends a message.
        """
        self._publish = publish
        self._lock = Lock()
        self._last: tuple[Grid, str, float] | None = None

    def send(self, cells: NDArray[np.uint8], grid: Grid, header: Header) -> None:
        """Publishes a grid.

        Args:
            cells: uint8 (C, C); see `to_grid`.
            grid: what they are.
            header: of the ground frame.
        """
        with self._lock:
            self._last = grid, header.frame_id, monotonic()
            self._publish(to_grid(cells, grid, header))

    def take_back(self, stamp: Time, older_than_s: float = 0.0) -> None:
        """Publishes once that nothing is known any more, where a grid was sent.

        Args:
            stamp: of this moment.
            older_than_s: a grid that was sent later still holds.
        """
        with self._lock:
            if self._last is None or monotonic() - self._last[2] < older_than_s:
                return
            grid, frame, _ = self._last
            self._last = None
            nothing = np.full((grid.cells, grid.cells), UNKNOWN, np.uint8)
            self._publish(to_grid(nothing, grid, Header(stamp=stamp, frame_id=frame)))
