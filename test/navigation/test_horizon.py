# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Masks that fit to the camera's pose, and masks that contradict it."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from numpy.typing import NDArray
from support.flat_world import Wall, labels
from support.ground_rig import HEIGHT, PINHOLE, WIDTH

from attendseg_ros.geometry import Intrinsics, Lens
from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.navigation import FREE, UNKNOWN
from attendseg_ros.navigation.ground_plane import CameraPose
from attendseg_ros.navigation.horizon import MOST_ABOVE, Horizon

FISHEYE = Lens(
    Intrinsics(90.0, 90.0, 159.5, 127.5, WIDTH, HEIGHT), "equidistant", (0.01, 0.0, 0.0, 0.0)
)


def free(lens: Lens, pose: CameraPose, *walls: Wall) -> NDArray[np.uint8]:
    road = labels(lens, pose, walls) == CamVidClass.ROAD
    return np.where(road, FREE, UNKNOWN).astype(np.uint8)


@pytest.mark.parametrize("lens", [PINHOLE, FISHEYE], ids=["pinhole", "fisheye"])
@pytest.mark.parametrize("pitch", [-10.0, 0.0, 20.0, 60.0, 90.0])
@pytest.mark.parametrize("roll", [0.0, 30.0, 180.0])
def test_of_level_ground_nothing_is_above(lens: Lens, pitch: float, roll: float) -> None:
    pose = CameraPose.mounted(1.0, pitch, roll)
    assert Horizon(lens, pose).free_above(free(lens, pose, Wall(3.0))) <= 0.01


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        # Hung upside down, and the frame not; the other way; the wrong sign of a pitch.
        (CameraPose.mounted(1.0, 5.0), CameraPose.mounted(1.0, 5.0, 180.0)),
        (CameraPose.mounted(1.0, 5.0, 180.0), CameraPose.mounted(1.0, 5.0)),
        (CameraPose.mounted(1.0, -20.0), CameraPose.mounted(1.0, 20.0)),
        (CameraPose.mounted(1.0, 10.0, 90.0), CameraPose.mounted(1.0, 10.0)),
    ],
)
def test_a_pose_that_is_not_that_of_the_image(said: CameraPose, seen: CameraPose) -> None:
    assert Horizon(PINHOLE, said).free_above(free(PINHOLE, seen)) > MOST_ABOVE


def test_a_robot_that_nods_is_no_contradiction() -> None:
    said, seen = CameraPose.mounted(0.5, 10.0), CameraPose.mounted(0.5, 14.0)
    assert Horizon(PINHOLE, said).free_above(free(PINHOLE, seen)) < 0.05


def test_where_hardly_anything_is_free_nothing_is_known() -> None:
    mask = np.full((HEIGHT, WIDTH), UNKNOWN, np.uint8)
    horizon = Horizon(PINHOLE, CameraPose.mounted(1.0, 0.0))
    assert isnan(horizon.free_above(mask))
    mask[:4, :4] = FREE
    assert isnan(horizon.free_above(mask))


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (1920, 1080)])
def test_any_size(size: tuple[int, int]) -> None:
    width, height = size
    lens = Lens(Intrinsics(500.0, 500.0, width / 2, height / 2, width, height))
    mask = np.full((height, width), FREE, np.uint8)
    assert 0.0 <= Horizon(lens, CameraPose.mounted(1.0, 45.0)).free_above(mask) <= 1.0
