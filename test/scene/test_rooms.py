# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The rooms: the same for a seed everywhere, and right in perspective and labels."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from attendseg_ros.labels.indoor import IndoorClass
from attendseg_ros.scene import RoomScene, SceneFrame

FINGERPRINT = """
import hashlib
from attendseg_ros.scene import RoomScene
frame = RoomScene(3, 160, 120).render(7.25)
print(hashlib.sha256(frame.rgb.tobytes() + frame.labels.tobytes()).hexdigest())
"""


def same(first: SceneFrame, second: SceneFrame) -> bool:
    return np.array_equal(first.rgb, second.rgb) and np.array_equal(first.labels, second.labels)


def test_a_frame_does_not_depend_on_what_was_rendered_before() -> None:
    scene = RoomScene(3, 160, 120)
    first = scene.render(7.25)
    scene.render(0.0)
    scene.render(100.0)
    assert same(first, scene.render(7.25))
    assert same(first, RoomScene(3, 160, 120).render(7.25))


def test_a_frame_is_the_same_in_another_process() -> None:
    frame = RoomScene(3, 160, 120).render(7.25)
    here = hashlib.sha256(frame.rgb.tobytes() + frame.labels.tobytes()).hexdigest()
    done = subprocess.run(
        [sys.executable, "-c", FINGERPRINT], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == here


def test_seeds_give_different_rooms() -> None:
    frames = [RoomScene(seed, 160, 120).render(5.0) for seed in range(4)]
    for index, frame in enumerate(frames):
        for other in frames[:index]:
            assert np.mean(frame.labels != other.labels) > 0.05
            assert np.abs(frame.rgb.astype(int) - other.rgb).mean() > 5.0


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


@pytest.mark.parametrize(("seed", "width", "height"), [(-1, 160, 120), (0, 15, 120), (0, 160, 15)])
def test_what_cannot_be_rendered_is_refused(seed: int, width: int, height: int) -> None:
    with pytest.raises(ValueError, match=r"seed|side|at least"):
        RoomScene(seed, width, height)
