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
        self.said = ""
        self._published: list[Any] = []
        self._merged = MergedGrid(lambda: True, self._published.append)
        monkeypatch.setattr(merged_grid, "monotonic", lambda: self.now_s)

    def sees(self, camera: str, value: int, stamp_s: float) -> list[int]:
        """The cells of front and rear, -1 where unknown, once a camera has seen its own."""
        cells = np.full((GRID.cells, GRID.cells), UNLABELLED, np.uint8)
        cells[0, ("front", "rear").index(camera)] = value
        whole, part = divmod(round(stamp_s * 1e9), 10**9)
        header = Header(frame_id="base_footprint", stamp=Time(sec=whole, nanosec=part))
        self.said = self._merged.add(camera, cells, GRID, header)
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


def test_cameras_of_other_moments_take_no_turns(robot: Robot) -> None:
    """The rear camera's images come 0.8 s late: what the front one sees came and went with them."""
    for moment in (100.0, 100.1, 100.2):
        robot.now_s = moment
        assert robot.sees("front", OCCUPIED, moment) == [OCCUPIED, -1]
        assert not robot.said
        assert robot.sees("rear", FREE, moment - 0.8) == [OCCUPIED, -1]
        assert "its grid is 0.8 s older than that of front" in robot.said
    # Once the front one is gone, the rear one is all there is.
    robot.now_s = 102.0
    assert robot.sees("rear", FREE, 101.2) == [-1, FREE]
    assert not robot.said


def test_a_recording_that_starts_again_is_of_one_moment_at_once(robot: Robot) -> None:
    for camera in ("front", "rear"):
        robot.sees(camera, FREE, 102.0)
    assert robot.sees("rear", FREE, 100.0) == [-1, FREE]
    assert robot.sees("front", OCCUPIED, 100.0) == [OCCUPIED, FREE]
    assert not robot.said
