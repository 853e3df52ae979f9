# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The rooms: right in perspective and labels."""

from __future__ import annotations

import numpy as np
import pytest

from attendseg_ros.labels.indoor import IndoorClass
from attendseg_ros.scene import RoomScene


def test_every_class_comes_by_and_no_other() -> None:
    seen = {
        int(i)
        for seed in range(12)
        for time_s in (0.0, 11.0, 22.0)
        for i in np.unique(RoomScene(seed, 160, 120).render(time_s).labels)
    }
    assert seen == {int(c) for c in IndoorClass}


@pytest.mark.parametrize("seed", range(6))
def test_the_floor_lies_below_the_horizon_and_in_front_of_the_robot(seed: int) -> None:
    scene = RoomScene(seed, 160, 120)
    _, up, _ = scene.eye.rays
    for time_s in (0.0, 9.0):
        floor = scene.render(time_s).labels == IndoorClass.FLOOR
        assert (up[floor] < 0.0).all()


def test_a_robot_never_drives_with_its_lens_in_something() -> None:
    shares = [
        np.mean(RoomScene(seed, 160, 120).render(time_s).labels == IndoorClass.FLOOR)
        for seed in range(8)
        for time_s in (0.0, 11.0)
    ]
    # It may look up, or at a wall near by, but not each time.
    assert np.mean([share > 0.05 for share in shares]) > 0.7


def test_the_camera_is_that_of_its_matrix() -> None:
    scene = RoomScene(5, 160, 120)
    assert scene.camera_matrix[0, 0] == pytest.approx(scene.eye.focal_length)
    right, _, ahead = scene.eye.rays
    # Pixel (80, 60) has the axis at its upper left corner.
    middle = np.mean([right[y, x] / ahead[y, x] for y in (59, 60) for x in (79, 80)])
    assert middle == pytest.approx(0.0, abs=1e-6)
