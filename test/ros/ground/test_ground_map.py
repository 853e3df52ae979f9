# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""~/ground_grid and ~/ground_scan of a running node, by the parameters of the camera's pose.

Those by TF, and of several cameras, are in test_ground_by_tf.py; the geometry itself is in
test/navigation/test_ground_map.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sensor_msgs.msg import RegionOfInterest
from std_msgs.msg import Header
from support.flat_world import Wall
from support.ground_rig import (
    BY_PARAMETERS,
    CLASSES,
    PINHOLE,
    SLACK_M,
    GroundCamera,
    info,
    picture,
    places,
    value_at,
)
from support.segmentation_rig import Rig

from attendseg_ros.geometry import Lens
from attendseg_ros.navigation.ground_plane import CameraPose

WALL = Wall(2.0)
NAN = math.nan

pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


@pytest.fixture(scope="module")
def one(rig: Rig) -> GroundCamera:
    return GroundCamera(rig)


@pytest.fixture
def ground(rig: Rig, one: GroundCamera) -> GroundCamera:
    rig.client.must_set(**CLASSES, **BY_PARAMETERS)
    return one


def _is_of(header: Header, message: Any) -> bool:
    return bool(message.header == header)


def distance(grid: Any) -> float:
    """Metres to the wall ahead, in the middle of what is in view."""
    found = places(grid)
    return float(np.median(found[:, 0])) if len(found) else NAN


def test_a_wall_stands_in_grid_and_scan(rig: Rig, ground: GroundCamera) -> None:
    grid, scan = ground.map([WALL])
    assert grid.header.frame_id == scan.header.frame_id == "base_footprint"
    assert (grid.info.width, grid.info.height) == (200, 200)
    assert grid.info.resolution == pytest.approx(0.05)
    assert (grid.info.origin.position.x, grid.info.origin.position.y) == (-5.0, -5.0)
    assert grid.info.origin.orientation.w == 1.0
    assert np.abs(places(grid)[:, 0] - 2.0).max() < SLACK_M
    assert len(places(grid)) > 30
    assert (value_at(grid, 1.6, 0.0), value_at(grid, 2.6, 0.0)) == (0, -1)
    assert value_at(grid, -1.0, 0.0) == -1
    ranges = np.array(scan.ranges)
    angles = scan.angle_min + scan.angle_increment * np.arange(len(ranges))
    assert scan.angle_max == pytest.approx(angles[-1], abs=1e-5)
    seen = np.isfinite(ranges)
    assert np.abs(ranges[seen] * np.cos(angles[seen]) - 2.0).max() < SLACK_M
    assert seen[np.abs(angles) < 0.5].all()
    assert np.isnan(ranges[np.abs(angles) > 1.0]).all()
    status = rig.status(ground.status, lambda status: "maps published" in status.message)
    assert status.level == status.OK
    assert "from 1.000 m above base_footprint" in rig.value(ground.status, "view")


def test_free_ground_is_infinitely_far_in_the_scan(ground: GroundCamera) -> None:
    grid, scan = ground.map([], fits=lambda grid: not len(places(grid)))
    assert value_at(grid, 2.6, 0.0) == 0
    ranges = np.array(scan.ranges)
    assert np.isinf(ranges[len(ranges) // 2 - 20 : len(ranges) // 2 + 20]).all()
    assert 0.5 < scan.range_min < scan.range_max <= 10.1


@pytest.mark.parametrize(
    ("model", "d"),
    [
        ("plumb_bob", (-0.25, 0.08, 0.001, -0.0007, -0.01)),
        ("rational_polynomial", (0.5, -0.3, 0.001, 0.0, 0.1, 0.7, -0.2, 0.05)),
        ("equidistant", (-0.01, 0.02, -0.01, 0.003)),
    ],
)
def test_a_lens_is_taken_into_account(
    ground: GroundCamera, model: str, d: tuple[float, ...]
) -> None:
    lens = Lens(PINHOLE.camera, model, d)
    grid, _ = ground.map([WALL], info(distortion_model=model, d=list(d)), lens=lens)
    assert len(places(grid)) > 30
    assert np.abs(places(grid)[:, 0] - 2.0).max() < SLACK_M


def test_output_size_and_a_rolled_camera_change_no_place(rig: Rig, ground: GroundCamera) -> None:
    rig.client.must_set(output_size=[160, 128])
    grid, _ = ground.map([WALL])
    assert distance(grid) == pytest.approx(2.0, abs=SLACK_M)
    rig.client.must_set(camera_roll_deg=15.0)
    grid, _ = ground.map([WALL], pose=CameraPose.mounted(1.0, 20.0, 15.0))
    assert np.abs(places(grid)[:, 0] - 2.0).max() < 2 * SLACK_M


def test_height_and_pitch_place_the_wall(rig: Rig, ground: GroundCamera) -> None:
    rig.client.must_set(camera_height_m=0.5)
    grid, _ = ground.map([WALL], fits=lambda grid: distance(grid) < 1.5)
    assert distance(grid) == pytest.approx(1.0, abs=SLACK_M)
    rig.client.must_set(camera_height_m=1.0, camera_pitch_deg=25.0)
    grid, _ = ground.map([WALL], fits=lambda grid: distance(grid) > 1.2)
    # 26.6 degrees down at 2 m become 31.6.
    assert distance(grid) == pytest.approx(1.63, abs=SLACK_M)


def test_size_resolution_and_frame_of_the_grid(rig: Rig, ground: GroundCamera) -> None:
    rig.client.must_set(ground_size_m=6.0, ground_resolution_m=0.1, ground_frame="base_link")
    grid, _ = ground.map([WALL], fits=lambda grid: grid.info.width == 60)
    assert grid.info.resolution == pytest.approx(0.1)
    assert grid.info.origin.position.x == pytest.approx(-3.0)
    assert grid.header.frame_id == "base_link"
    assert distance(grid) == pytest.approx(2.0, abs=SLACK_M)


def test_range_limits_and_max_cell_stretch(rig: Rig, ground: GroundCamera) -> None:
    def reach(grid: Any) -> float:
        return float(np.hypot(*places(grid, 0).T).max(initial=0.0))

    rig.client.must_set(ground_min_range_m=1.5, ground_max_range_m=2.5, max_cell_stretch=100.0)
    grid, scan = ground.map([], fits=lambda grid: reach(grid) < 2.7)
    assert np.hypot(*places(grid, 0).T).min() > 1.4
    assert (scan.range_min, scan.range_max) == pytest.approx((1.5, 2.5), abs=0.1)
    rig.client.must_set(ground_min_range_m=0.0, ground_max_range_m=10.0, max_cell_stretch=0.3)
    # A pixel of this camera covers r^2 / 200 m and somewhat less: 1.5 cm at 1.7 m.
    grid, _ = ground.map([], fits=lambda grid: 1.4 < reach(grid) < 2.4)
    assert reach(grid) == pytest.approx(1.7, abs=0.3)


def test_ground_max_rate_hz(rig: Rig, ground: GroundCamera) -> None:
    ground.map([WALL])
    rig.client.must_set(ground_max_rate_hz=0.01)
    masks = rig.output("mask")
    # The first is due, and one more makes up for a late one.
    for _ in range(2):
        ground.map([WALL])
    ground.grids.clear()
    for _ in range(5):
        message = picture(ground.header())
        ground.send(message, None)
        wanted = message.header
        assert masks.wait(partial(_is_of, wanted)) is not None
    assert not ground.grids.messages


@pytest.mark.parametrize(
    ("parameters", "reason", "words"),
    [
        ({"camera_pitch_deg": -90.0}, "camera's pose unknown", "camera_pitch_deg is -90, not set"),
        (
            {"camera_height_m": 0.0, "ground_plane_source": "parameters"},
            "camera's pose unknown",
            "camera_height_m is 0, not set",
        ),
        ({"camera_pitch_deg": -50.0}, "no ground in view", "looks 50 degrees up"),
        ({"camera_height_m": 900.0}, "no ground in view", "no pixel shows the ground"),
        ({"max_cell_stretch": 0.01}, "no ground in view", "covers more than 0.0005 m"),
        (
            {"traversable_classes": [""], "obstacle_classes": [""]},
            "no class says what is free or occupied",
            "are empty",
        ),
    ],
)
def test_what_is_not_known_makes_no_map(
    rig: Rig, ground: GroundCamera, parameters: dict[str, Any], reason: str, words: str
) -> None:
    rig.client.must_set(**parameters)
    assert words in ground.refusal(reason)
    rig.client.must_set(
        **CLASSES, **BY_PARAMETERS, max_cell_stretch=2.0, ground_plane_source="auto"
    )
    ground.map([WALL])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"width": 640}, "camera_info of 640x256 for an image of 320x256"),
        ({"k": [0.0] * 9}, "camera_info without intrinsics"),
        ({"distortion_model": "pancake"}, "distortion_model 'pancake' is not known"),
        ({"d": [NAN] * 5, "distortion_model": "plumb_bob"}, "is it calibrated?"),
    ],
)
def test_camera_info_of_no_use_makes_no_map(
    ground: GroundCamera, fields: dict[str, Any], words: str
) -> None:
    assert words in ground.refusal("camera_info of no use", info(**fields), said=words)
    ground.map([WALL])


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"ground_size_m": 900.0}, "from 1 to 2000 cells"),
        ({"ground_size_m": 0.5, "ground_resolution_m": 1.0}, "from 1 to 2000 cells"),
        ({"ground_min_range_m": 20.0}, "must be above ground_min_range_m"),
        ({"ground_frame": "/"}, "must be the name of a frame"),
        ({"ground_plane_source": "imu"}, "one of auto, tf, parameters"),
        ({"camera_pitch_deg": 91.0}, "from -90.0 to 90.0"),
        ({"camera_height_m": -1.0}, "from 0.0 to 1000.0"),
        ({"camera_height_m": math.inf}, "finite"),
    ],
)
def test_parameters_that_contradict_are_refused(
    rig: Rig, parameters: dict[str, Any], words: str
) -> None:
    results = rig.client.set(**parameters)
    assert not results[-1].successful
    assert words in results[-1].reason


def test_without_tf2_msgs_the_log_says_what_to_do(rig: Rig, ground: GroundCamera) -> None:
    rig.client.must_set(camera_height_m=0.0)
    ground.refusal("")
    line = ground.refusal("", said="for a mask: ")
    assert "set camera_height_m, camera_pitch_deg and camera_roll_deg" in line or (
        "'camera_optical'" in line and "'base_footprint'" in line
    )


def test_a_pose_that_is_not_that_of_the_image_is_a_doubt(rig: Rig, ground: GroundCamera) -> None:
    """A driver that turns its image by 180 degrees, and not its frame."""
    told = "of the free ground is seen above the horizon: places are wrong"

    def says(status: Any, pose: CameraPose) -> bool:
        ground.send(picture(ground.header(), pose=pose), info())
        return told in status.message

    level, over = CameraPose.mounted(1.0, 5.0), CameraPose.mounted(1.0, 5.0, 180.0)
    rig.client.must_set(camera_pitch_deg=5.0)
    ground.map([WALL], pose=level)
    assert told not in rig.status("ground").message
    status = rig.status("ground", lambda status: says(status, over))
    assert status.level == status.WARN
    rig.process.wait_for_log(told)
    rig.client.must_set(camera_roll_deg=180.0)
    ground.map([WALL], pose=over)
    rig.status("ground", lambda status: not says(status, over))


def test_a_part_of_the_sensor_places_the_wall_as_the_whole_does(
    rig: Rig, ground: GroundCamera
) -> None:
    """Width, height and K of the whole of it (REP 104), of which two pixels each way make one."""
    region = RegionOfInterest(x_offset=100, y_offset=40, width=640, height=512)
    k = [400.0, 0.0, 2 * 159.5 + 100, 0.0, 400.0, 2 * 127.5 + 40, 0.0, 0.0, 1.0]
    part = info(width=840, height=640, k=k, roi=region, binning_x=2, binning_y=2)
    grid, _ = ground.map([WALL], part)
    assert np.abs(places(grid)[:, 0] - 2.0).max() < SLACK_M
    assert "already" not in rig.status("camera").message
    # The image of another region than is told.
    region.width = 480
    said = "camera_info of 480x512 at (100, 40) binned 2x2 for an image of 320x256"
    ground.refusal("camera_info of no use", part, said=said)


def test_a_matrix_of_the_part_already_is_a_doubt(rig: Rig, ground: GroundCamera) -> None:
    twice = info(width=640, height=256, binning_x=2)
    told = "are the middle of 320x256, which its roi and binning take from 640x256"

    def says(status: Any) -> bool:
        ground.send(picture(ground.header(), [WALL]), twice)
        return told in status.message

    status = rig.status("camera", says)
    assert status.level == status.WARN
    rig.process.wait_for_log(told)
