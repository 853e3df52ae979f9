# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The grid of several cameras holds what all of them see at one moment, and nothing of before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from std_msgs.msg import Header

from attendseg_ros.labels import UNLABELLED
from attendseg_ros.navigation.ground_map import Grid
from attendseg_ros.ros.ground import merged_grid
from attendseg_ros.ros.ground.merged_grid import MergedGrid

GRID = Grid.of_size(2.0, 1.0)
OCCUPIED, FREE = 100, 0


class Robot:
    """Two cameras, each of which sees one cell of its own, and a clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 0.0
        self._published: list[Any] = []
        self._merged = MergedGrid(lambda: True, self._published.append)
        monkeypatch.setattr(merged_grid, "monotonic", lambda: self.now_s)

    def sees(self, camera: str, value: int, stamp_s: float) -> list[int]:
        """The cells of front and rear, -1 where unknown, once a camera has seen its own."""
        cells = np.full((GRID.cells, GRID.cells), UNLABELLED, np.uint8)
        cells[0, ("front", "rear").index(camera)] = value
        whole, part = divmod(round(stamp_s * 1e9), 10**9)
        header = Header(frame_id="base_footprint", stamp=Time(sec=whole, nanosec=part))
        self._merged.add(camera, cells, GRID, header)
        return list(self._published[-1].data[:2])


@pytest.fixture
def robot(monkeypatch: pytest.MonkeyPatch) -> Robot:
    return Robot(monkeypatch)


def test_a_camera_that_died_is_forgotten_by_the_stamps(robot: Robot) -> None:
    robot.sees("rear", FREE, 100.0)
    assert robot.sees("front", OCCUPIED, 100.4) == [OCCUPIED, FREE]
    assert robot.sees("front", OCCUPIED, 100.6) == [OCCUPIED, -1]


def test_without_stamps_it_is_forgotten_all_the_same(robot: Robot) -> None:
    robot.sees("rear", FREE, 0.0)
    robot.now_s = 0.4
    assert robot.sees("front", OCCUPIED, 0.0) == [OCCUPIED, FREE]
    robot.now_s = 0.6
    assert robot.sees("front", OCCUPIED, 0.0) == [OCCUPIED, -1]


def test_a_recording_that_comes_by_its_moment_again_brings_nothing_back(robot: Robot) -> None:
    robot.sees("rear", FREE, 100.0)
    assert robot.sees("front", FREE, 102.0) == [FREE, -1]
    # The bag starts again, and the rear camera has died meanwhile.
    assert robot.sees("front", OCCUPIED, 100.0) == [OCCUPIED, -1]
