# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ground map by TF, of one camera and of several; and what TF can do wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nav_msgs.msg import OccupancyGrid
from std_msgs.msg import Header
from support.flat_world import Wall
from support.ground_rig import (
    CLASSES,
    POSE,
    SLACK_M,
    GroundCamera,
    cells_of,
    info,
    picture,
    places,
    value_at,
)
from support.ros_client import wait_until
from support.segmentation_rig import Rig
from support.tf2_package import TransformSender

from attendseg_ros.navigation.ground_plane import CameraPose

WALL = Wall(2.0)
STILL = (0.0, 0.0, 0.0, 1.0)

pytestmark = pytest.mark.usefixtures("defaults")


def quaternion(pose: CameraPose, yaw_deg: float = 0.0) -> list[float]:
    """x, y, z, w of a pose that is turned about z."""
    turn = math.radians(yaw_deg)
    about_z = np.array(
        [
            [math.cos(turn), -math.sin(turn), 0.0],
            [math.sin(turn), math.cos(turn), 0.0],
            [0.0, 0.0, 1.0],
        ]
    )
    m = about_z @ pose.matrix
    # The largest of the four is not near 0; any of them would do for these poses.
    w, x, y, z = (
        np.sqrt(
            np.maximum(
                0.0,
                [
                    1 + m[0, 0] + m[1, 1] + m[2, 2],
                    1 + m[0, 0] - m[1, 1] - m[2, 2],
                    1 - m[0, 0] + m[1, 1] - m[2, 2],
                    1 - m[0, 0] - m[1, 1] + m[2, 2],
                ],
            )
        )
        / 2
    )
    signs = np.sign([m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]])
    return [float(value) for value in (*(np.array([x, y, z]) * signs), w)]


@pytest.fixture(scope="module")
def sender(tf2: dict[str, str]) -> Iterator[TransformSender]:
    sender = TransformSender(tf2)
    yield sender
    sender.close()


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path, tf2: dict[str, str]) -> Iterator[Rig]:
    with Rig(folder, tiny_path, environment=tf2) as rig:
        yield rig


@pytest.fixture(scope="module")
def one(rig: Rig) -> GroundCamera:
    return GroundCamera(rig)


@pytest.fixture
def ground(rig: Rig, one: GroundCamera) -> GroundCamera:
    rig.client.must_set(**CLASSES)
    return one


def place(
    sender: TransformSender, frame: str, z: float = 0.9, yaw_deg: float = 0.0, x: float = 0.2
) -> None:
    """A camera on a mast, 0.1 m above which the robot's base moves over the ground."""
    sender.send("base_link", "mast", (x, 0.0, z), STILL, static=True)
    sender.send("mast", frame, (0.0, 0.0, 0.0), quaternion(POSE, yaw_deg), static=True)


def moving(
    sender: TransformSender, height: float = 0.1, late_s: float = 0.0, x: float = 0.0
) -> Callable[[Header], None]:
    """Publishes the base's place in the footprint for each picture."""

    def send(header: Header) -> None:
        stamp_ns = header.stamp.sec * 10**9 + header.stamp.nanosec - round(late_s * 1e9)
        sender.send(
            "base_footprint", "base_link", (x, 0.0, height), STILL, stamp=divmod(stamp_ns, 10**9)
        )

    return send


def test_transforms_place_the_wall(ground: GroundCamera, sender: TransformSender) -> None:
    place(sender, ground.frame)
    grid, scan = ground.map([WALL], before=moving(sender))
    assert grid.header.frame_id == scan.header.frame_id == "base_footprint"
    # The wall is 2 m ahead of the lens, which is 0.2 m ahead of the robot's middle.
    assert np.abs(places(grid)[:, 0] - 2.2).max() < SLACK_M
    assert scan.ranges[len(scan.ranges) // 2] == pytest.approx(2.2, abs=SLACK_M)


def test_missing_transforms_are_named(
    rig: Rig, ground: GroundCamera, sender: TransformSender
) -> None:
    place(sender, ground.frame)
    ground.map([WALL], before=moving(sender))
    rig.client.must_set(ground_frame="moon")
    line = ground.refusal("no transform", before=moving(sender))
    assert "from 'camera_optical' to 'moon': 'moon' is not on /tf or /tf_static" in line
    rig.client.must_set(ground_frame="base_footprint")
    ground.map([WALL], before=moving(sender))


def test_an_image_without_a_frame_has_no_place(
    ground: GroundCamera, sender: TransformSender
) -> None:
    frame, ground.frame = ground.frame, ""
    try:
        line = ground.refusal("image without a frame_id", before=moving(sender))
    finally:
        ground.frame = frame
    assert "'base_footprint'" in line


def test_late_transforms_make_no_map(
    rig: Rig, ground: GroundCamera, sender: TransformSender
) -> None:
    place(sender, ground.frame)
    ground.map([WALL], before=moving(sender))
    line = ground.refusal("transform of another moment")
    assert "from 'camera_optical' to 'base_footprint'" in line
    assert "s older, at most 0.1 s is allowed" in line
    rig.client.must_set(ground_tf_tolerance_ms=10000.0)
    ground.map([WALL])


def test_jumping_transforms_make_no_map(ground: GroundCamera, sender: TransformSender) -> None:
    place(sender, ground.frame)
    ground.map([WALL], before=moving(sender))
    # Less often than two that are told in turns.
    heights = cycle([0.1] * 5 + [0.7] * 5)

    def jump(header: Header) -> None:
        moving(sender, next(heights))(header)

    said = "from 'camera_optical' to 'base_footprint': 0.60 m and 0 degrees from one image"
    ground.refusal("transform jumps", before=jump, said=said)
    ground.map([WALL], before=moving(sender))


def test_a_frame_of_two_publishers_makes_no_map(
    ground: GroundCamera, sender: TransformSender
) -> None:
    """By less than what jumps from image to image: the map was of a place between the two."""
    place(sender, ground.frame)
    ground.map([WALL], before=moving(sender))

    def both(header: Header) -> None:
        for number in range(10):
            moving(sender, 0.1 + 0.06 * (number % 2), late_s=0.02 * (9 - number))(header)

    said = "'base_link' in 'base_footprint' goes back and forth with each transform"
    line = ground.refusal("transform jumps", before=both, said=said)
    assert "from 'camera_optical' to 'base_footprint'" in line
    assert "told by two nodes" in line
    ground.map([WALL], before=moving(sender))


def test_a_fixed_frame_of_two_publishers_is_a_doubt(
    rig: Rig, ground: GroundCamera, sender: TransformSender, tf2: dict[str, str]
) -> None:
    """A robot's description and a driver: who is heard last counts, as in tf2, and none is told."""
    place(sender, ground.frame)
    ground.map([WALL], before=moving(sender))
    told = "'mast' in 'base_link' was told as static twice, 0.50 m and 0 degrees apart"

    def says(status: Any) -> bool:
        header = ground.header()
        moving(sender)(header)
        ground.send(picture(header, [WALL]), info())
        return told in status.message

    # Of one node it is a new measurement.
    place(sender, ground.frame, z=1.4)
    ground.map([WALL], before=moving(sender))
    assert told not in rig.status("ground").message
    second = TransformSender(tf2)
    try:
        second.send("base_link", "mast", (0.2, 0.0, 0.9), STILL, static=True)
        status = rig.status("ground", says)
        assert status.level == status.WARN
        rig.process.wait_for_log(told)
    finally:
        second.close()
        place(sender, ground.frame)


def test_a_frame_that_the_robot_leaves_behind_makes_no_map(
    ground: GroundCamera, sender: TransformSender
) -> None:
    """In `odom` obstacles left the map as the robot drove, and beams began where it had been."""
    place(sender, ground.frame)
    ground.map([WALL], before=moving(sender))
    driven = [0.0]

    def drive(header: Header) -> None:
        # Slower than what jumps.
        driven[0] = min(driven[0] + 0.15, 4.0)
        moving(sender, x=driven[0])(header)

    line = ground.refusal("ground_frame not the robot's", before=drive)
    assert "'camera_optical' has moved by " in line
    assert " m in 'base_footprint', around which the map is" in line
    ground.map([WALL], before=moving(sender))


def test_a_robot_far_from_the_origin_makes_no_map(
    rig: Rig, ground: GroundCamera, sender: TransformSender
) -> None:
    place(sender, ground.frame)
    sender.send("field", "base_footprint", (-20.0, 0.0, 0.0), STILL, static=True)
    rig.client.must_set(ground_frame="field")
    try:
        line = ground.refusal("ground_frame not the robot's", before=moving(sender))
    finally:
        rig.client.must_set(ground_frame="base_footprint")
    assert "is 19.8 m from the origin of 'field'" in line


def test_a_plane_above_the_camera_is_refused(ground: GroundCamera, sender: TransformSender) -> None:
    place(sender, ground.frame, z=-1.3)
    assert "the ground lies 1.20 m above the camera" in ground.refusal(
        "no ground in view", before=moving(sender)
    )


def test_parameters_win_where_they_are_asked_for(
    rig: Rig, ground: GroundCamera, sender: TransformSender
) -> None:
    place(sender, ground.frame)
    rig.client.must_set(camera_height_m=0.5, camera_pitch_deg=20.0)
    grid, _ = ground.map([WALL])
    assert np.median(places(grid)[:, 0]) == pytest.approx(1.0, abs=SLACK_M)
    rig.client.must_set(ground_plane_source="tf")
    grid, _ = ground.map(
        [WALL], before=moving(sender), fits=lambda grid: bool(np.median(places(grid)[:, 0]) > 1.5)
    )
    assert np.median(places(grid)[:, 0]) == pytest.approx(2.2, abs=SLACK_M)


def test_several_cameras_have_a_grid_each_and_one_together(
    tmp_path: Path, tiny_path: Path, tf2: dict[str, str], sender: TransformSender
) -> None:
    parameters = {"cameras": "[front, left]"}
    with Rig(tmp_path, tiny_path, parameters, environment=tf2) as rig:
        rig.client.must_set(**CLASSES)
        both = rig.output("ground_grid", OccupancyGrid)
        front, left = GroundCamera(rig, "front"), GroundCamera(rig, "left")
        for camera, yaw in ((front, 0.0), (left, 90.0)):
            sender.send(
                "base_footprint", camera.frame, (0.0, 0.0, 1.0), quaternion(POSE, yaw), static=True
            )
        grid, _ = front.map([WALL])
        assert np.median(places(grid)[:, 0]) == pytest.approx(2.0, abs=SLACK_M)
        grid, _ = left.map([WALL])
        assert np.median(places(grid)[:, 1]) == pytest.approx(2.0, abs=SLACK_M)

        def together() -> bool:
            both.clear()
            for camera in (front, left):
                camera.send(picture(camera.header(), [WALL]), info())
            grid = both.wait(_ahead_and_left, 0.5)
            return grid is not None

        wait_until(together, "a grid with both walls")
        # Parameters place one camera only.
        rig.client.must_set(camera_height_m=1.0, camera_pitch_deg=20.0)
        assert "place one camera" in front.refusal("camera's pose unknown")


def _ahead_and_left(grid: Any) -> bool:
    found = places(grid)
    ahead = np.abs(found - (2.0, 0.0)).max(axis=1) < 0.3
    left = np.abs(found - (0.0, 2.0)).max(axis=1) < 0.3
    return bool(ahead.any() and left.any() and value_at(grid, 1.6, 0.0) == 0)


def _unknown(grid: Any) -> bool:
    return bool((cells_of(grid) == -1).all())


def test_a_map_is_taken_back_once_there_is_none(
    rig: Rig, ground: GroundCamera, sender: TransformSender
) -> None:
    """A costmap kept the last one, free ground and all, for ever, and moved it with the robot."""
    place(sender, ground.frame)

    def next_grid(fits: Callable[[Any], bool], send: Callable[[], None]) -> Any:
        found: list[Any] = []

        def came() -> bool:
            send()
            found[:] = [ground.grids.wait(fits, 0.2)]
            return found[0] is not None

        wait_until(came, "a grid that fits")
        return found[0]

    def without_transforms() -> None:
        ground.send(picture(ground.header(), [WALL]), info())

    # The camera goes on, and its place is not known any more.
    known, _ = ground.map([WALL], before=moving(sender))
    ground.grids.clear()
    nothing = next_grid(_unknown, without_transforms)
    assert (nothing.info.width, nothing.header.frame_id) == (known.info.width, "base_footprint")
    ground.grids.clear()
    ground.refusal("transform of another moment")

    # The camera dies.
    rig.client.must_set(max_age_error_s=1.0)
    ground.map([WALL], before=moving(sender))
    ground.grids.clear()
    next_grid(_unknown, lambda: None)
    # Once is enough.
    ground.grids.clear()
    assert ground.grids.wait(lambda _: True, 2.5) is None


def test_the_map_of_all_is_taken_back_with_the_last(
    tmp_path: Path, tiny_path: Path, tf2: dict[str, str], sender: TransformSender
) -> None:
    parameters = {"cameras": "[front, left]", "max_age_error_s": 1.0}
    with Rig(tmp_path, tiny_path, parameters, environment=tf2) as rig:
        rig.client.must_set(**CLASSES)
        both = rig.output("ground_grid", OccupancyGrid)
        front = GroundCamera(rig, "front")
        sender.send("base_footprint", front.frame, (0.0, 0.0, 1.0), quaternion(POSE), static=True)
        front.map([WALL])
        wait_until(lambda: any(not _unknown(grid) for grid in both.messages), "a grid of all")
        both.clear()
        assert both.wait(_unknown, 10.0) is not None
