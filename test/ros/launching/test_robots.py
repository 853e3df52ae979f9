# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The table of robots, and how camera topics are chosen from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rclpy.validate_topic_name import validate_topic_name
from support import markdown

from attendseg_ros.ros.launching.robots import (
    KINDS,
    Robot,
    TopicsError,
    camera_topics,
    choose_depth_topic,
    cloud_remappings,
    known_image_size,
    names_of_kind,
    read_cameras,
    read_robots,
    remappings,
)

ROOT = Path(__file__).parents[3]
ROBOTS = read_robots(ROOT / "config" / "robots.yaml")


@pytest.mark.parametrize("name", ROBOTS)
def test_rows_are_usable(name: str) -> None:
    robot = ROBOTS[name]
    assert robot.kind in KINDS
    assert robot.note
    validate_topic_name(robot.image)
    validate_topic_name(robot.camera_info)
    validate_topic_name(robot.depth or "depth")


def test_the_usual_robots_and_camera_drivers_are_known() -> None:
    drones = {"px4_gz", "px4_gimbal", "ardupilot_gz", "tello"}
    ground = {"turtlebot4", "turtlebot3", "clearpath"}
    cameras = {"realsense", "zed", "oak", "usb_cam", "v4l2_camera", "camera_ros"}
    for kind, names in (("drone", drones), ("ground", ground), ("any", cameras)):
        assert names <= {name for name, robot in ROBOTS.items() if robot.kind == kind}


PX4 = "/world/default/model/{}/link/camera_link/sensor/camera/image"

PUBLISHED = {
    "turtlebot4": ("oakd/rgb/preview/image_raw", "oakd/rgb/preview/depth"),
    "clearpath": ("sensors/camera_0/color/image", "sensors/camera_0/depth/image"),
    "turtlebot3": ("camera/image_raw", ""),
    "px4_gz": (PX4.format("x500_mono_cam_0"), ""),
    "px4_gimbal": (PX4.format("x500_gimbal_0"), ""),
    "ardupilot_gz": ("camera/image", ""),
    "tello": ("image_raw", ""),
    "realsense": (
        "camera/camera/color/image_raw",
        "camera/camera/aligned_depth_to_color/image_raw",
    ),
    "zed": ("zed/zed_node/rgb/color/rect/image", ""),
    "oak": ("oak/rgb/image_raw", ""),
    "usb_cam": ("image_raw", ""),
    "v4l2_camera": ("image_raw", ""),
    # Below the name of camera_ros's node, which is camera.
    "camera_ros": ("camera/image_raw", ""),
}
"""Image and aligned depth that each name must stand for."""


def test_topics_are_those_of_the_robot() -> None:
    for name, (image, depth) in PUBLISHED.items():
        row = ROBOTS[name]
        camera_info = str(Path(image).parent / "camera_info")
        assert (row.image, row.camera_info, row.depth) == (image, camera_info, depth)


@pytest.mark.parametrize("name", ROBOTS)
def test_both_topics_are_of_one_camera(name: str) -> None:
    robot = ROBOTS[name]
    assert robot.image != robot.camera_info
    assert Path(robot.image).parent == Path(robot.camera_info).parent


def test_the_size_is_known_of_the_robot_s_own_images_only() -> None:
    turtlebot = ROBOTS["turtlebot4"]
    assert known_image_size(turtlebot, (), "") == (250, 250)
    assert known_image_size(turtlebot, (), "/another/camera") is None
    assert known_image_size(turtlebot, ("front", "rear"), "") is None
    assert known_image_size(ROBOTS["usb_cam"], (), "") is None
    assert known_image_size(None, (), "") is None


@pytest.mark.parametrize("size", ["640", "640x", "0x480", "640x480x3", "640 x 480", "a x b"])
def test_a_size_of_another_form_is_refused(size: str, tmp_path: Path) -> None:
    file = tmp_path / "robots.yaml"
    file.write_text(
        "r: {kind: any, image: image, camera_info: camera_info, note: a camera, "
        f"image_size: '{size}'}}"
    )
    with pytest.raises(TopicsError, match="image_size as in 640x480"):
        read_robots(file)


def test_the_documented_table_is_the_table() -> None:
    page = (ROOT / "docs" / "robots.md").read_text()
    header = ("robot", "kind", "environment", "image", "camera_info", "depth", "size", "note")
    assert markdown.table(page, *header) == [
        (
            f"`{name}`",
            row.kind,
            f"`{row.environment}`" if row.environment else "",
            f"`{row.image}`",
            f"`{row.camera_info}`",
            f"`{row.depth}`" if row.depth else "",
            row.image_size,
            row.note,
        )
        for name, row in ROBOTS.items()
    ]


def test_a_preset_offers_its_kind_and_bare_cameras() -> None:
    drones, ground = names_of_kind(ROBOTS, "drone"), names_of_kind(ROBOTS, "ground")
    assert {"px4_gz", "ardupilot_gz", "realsense"} <= set(drones)
    assert {"turtlebot4", "clearpath", "turtlebot3", "realsense"} <= set(ground)
    assert "turtlebot4" not in drones
    assert "px4_gz" not in ground
    assert set(drones) | set(ground) == set(ROBOTS)


ROBOT = Robot(kind="ground", image="eye/image", camera_info="eye/intrinsics", note="")


@pytest.mark.parametrize(
    ("robot", "image", "camera_info", "expected"),
    [
        (None, "", "", ("image", "camera_info")),
        (None, "/cam/color/image_raw", "", ("/cam/color/image_raw", "/cam/color/camera_info")),
        (None, "/cam/image", "/other/info", ("/cam/image", "/other/info")),
        (ROBOT, "", "", ("eye/image", "eye/intrinsics")),
        (ROBOT, "", "/info", ("eye/image", "/info")),
        (ROBOT, "/cam/image", "", ("/cam/image", "/cam/camera_info")),
    ],
)
def test_what_the_user_names_wins(
    robot: Robot | None, image: str, camera_info: str, expected: tuple[str, str]
) -> None:
    assert camera_topics(robot, image, camera_info) == expected


def test_depth_is_the_robot_s_unless_the_user_names_one_or_another_image() -> None:
    depth = Robot(**{**vars(ROBOT), "depth": "eye/depth"})
    assert choose_depth_topic(depth, "", "") == "eye/depth"
    assert choose_depth_topic(depth, "", "/mine") == "/mine"
    assert choose_depth_topic(depth, "/cam/image", "") == "depth"
    assert choose_depth_topic(ROBOT, "", "") == "depth"
    assert choose_depth_topic(None, "", "") == "depth"
    assert ROBOTS["realsense"].depth == "camera/camera/aligned_depth_to_color/image_raw"


def test_one_camera_takes_the_robot_s_topics() -> None:
    assert remappings(ROBOT, (), "", "", "/mine") == [
        ("image", "eye/image"),
        ("camera_info", "eye/intrinsics"),
        ("depth", "/mine"),
    ]


def test_several_cameras_have_topics_below_their_names_or_as_the_user_says() -> None:
    assert remappings(ROBOT, ("front", "rear"), "", "", "") == [
        (f"{name}/{topic}", f"{name}/{topic}")
        for name in ("front", "rear")
        for topic in ("image", "camera_info", "depth")
    ]
    given = remappings(None, ("front", "rear"), "/{camera}_eye/color/image_raw", "", "/d/{camera}")
    assert given == [
        ("front/image", "/front_eye/color/image_raw"),
        ("front/camera_info", "/front_eye/color/camera_info"),
        ("front/depth", "/d/front"),
        ("rear/image", "/rear_eye/color/image_raw"),
        ("rear/camera_info", "/rear_eye/color/camera_info"),
        ("rear/depth", "/d/rear"),
    ]


def test_one_topic_for_several_cameras_is_refused_with_what_would_be_right() -> None:
    with pytest.raises(TopicsError, match=r"image_topic: '/eye/image'.*\{camera\}"):
        remappings(None, ("front", "rear"), "/eye/image", "", "")
    assert remappings(None, ("front",), "/eye/image", "", "")[0] == ("front/image", "/eye/image")


def test_cameras_are_spelled_with_commas() -> None:
    assert read_cameras("") == ()
    assert read_cameras("front") == ("front",)
    assert read_cameras("front, rear") == ("front", "rear")
    for wrong in ("front,,rear", "front,front", "front rear", "[front]"):
        with pytest.raises(TopicsError, match="cameras: "):
            read_cameras(wrong)


def test_one_lidar_may_serve_all_cameras_or_each_have_its_own() -> None:
    assert cloud_remappings((), "") == []
    assert cloud_remappings((), "/ouster/points") == [("points_in", "/ouster/points")]
    assert cloud_remappings(("front", "rear"), "/ouster/points") == [
        ("front/points_in", "/ouster/points"),
        ("rear/points_in", "/ouster/points"),
    ]
    assert cloud_remappings(("front",), "/{camera}/livox") == [("front/points_in", "/front/livox")]


def test_a_place_for_names_needs_names() -> None:
    """The lidar's topic became /livox, and no node started by any of the others."""
    topic = "/{camera}/seen"
    for place, given in enumerate(("image_topic", "camera_info_topic", "depth_topic")):
        topics = [topic if index == place else "" for index in range(3)]
        with pytest.raises(TopicsError, match=rf"{given}: .* that cameras:= gives"):
            remappings(None, (), *topics)
    with pytest.raises(TopicsError, match=r"cloud_topic: .* that cameras:= gives"):
        cloud_remappings((), topic)
