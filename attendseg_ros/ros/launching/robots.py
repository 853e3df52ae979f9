# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which topics the cameras publish, for the launch files: from config/robots.yaml or the user."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath

from attendseg_ros.documents import read_yaml
from attendseg_ros.errors import AttendSegError
from attendseg_ros.ros.camera.camera_name import CameraName, problem_of
from attendseg_ros.shortening import shortened

PLACEHOLDER = "{camera}"
"""Stands for each camera's name in the topics that a user gives for several."""

KINDS = ("drone", "ground", "any")
"""A drone, a robot on the ground, or a camera that any robot may carry."""


class TopicsError(AttendSegError):
    """Arguments that name no topics; the message says what would be right."""


@dataclass(frozen=True)
class Robot:
    """One row of the table."""

    kind: str
    image: str
    camera_info: str
    note: str
    depth: str = ""
    environment: str = ""
    image_size: str = ""


def read_robots(path: str | Path) -> dict[str, Robot]:
    """Reads the table.

    Args:
        path: the YAML file; the installed one lies in the package's share folder.

    Returns:
        The rows by the name that `robot:=` takes, in the file's order.

    Raises:
        TopicsError: the file cannot be read, or a row is not of texts by the fields of `Robot`.
    """
    rows = read_yaml(path, TopicsError)
    if not isinstance(rows, dict):
        raise TopicsError(f"{path}: must be a mapping of robots, got {shortened(rows)}")
    for name, row in rows.items():
        if not (isinstance(name, str) and isinstance(row, dict) and _is_robot(row)):
            raise TopicsError(
                f"{path}: {shortened(name)} must hold texts by {', '.join(_FIELDS)}, "
                f"image_size as in 640x480, got {shortened(row)}"
            )
    return {name: Robot(**row) for name, row in rows.items()}


_FIELDS = tuple(field.name for field in fields(Robot))
_OPTIONAL = {"depth", "environment", "image_size"}
_SIZE = re.compile(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})")


def _is_robot(row: dict[object, object]) -> bool:
    if not all(isinstance(value, str) for value in row.values()):
        return False
    sized = "image_size" not in row or _SIZE.fullmatch(str(row["image_size"])) is not None
    return set(_FIELDS) - _OPTIONAL <= set(row) <= set(_FIELDS) and sized


def names_of_kind(robots: dict[str, Robot], kind: str) -> list[str]:
    """The names a preset for this kind of robot offers: its robots, then the bare cameras."""
    return [name for wanted in (kind, "any") for name, row in robots.items() if row.kind == wanted]


def camera_topics(robot: Robot | None, image_topic: str, camera_info_topic: str) -> tuple[str, str]:
    """Chooses the image and camera_info topics; what the user names wins over the table.

    Args:
        robot: the row chosen; None if there is none.
        image_topic: the user's; empty takes the robot's, or `image` without a robot.
        camera_info_topic: the user's; empty takes the robot's if the image is the robot's, too.
            Otherwise it is the `camera_info` beside the image, where camera drivers publish it.

    Returns:
        (image topic, camera_info topic).
    """
    if robot is not None and not image_topic:
        return robot.image, camera_info_topic or robot.camera_info
    image = image_topic or "image"
    return image, camera_info_topic or str(PurePosixPath(image).with_name("camera_info"))


def known_image_size(
    robot: Robot | None, cameras: Sequence[str], image_topic: str
) -> tuple[int, int] | None:
    """Width and height of the images that the node will get; None where nothing tells them.

    Args:
        robot: the row chosen; None if there is none.
        cameras: the names of several, which are not the robot's.
        image_topic: the user's, which is not the robot's either.
    """
    if robot is None or cameras or image_topic:
        return None
    found = _SIZE.fullmatch(robot.image_size)
    return (int(found[1]), int(found[2])) if found else None


def choose_depth_topic(robot: Robot | None, image_topic: str, depth_topic: str) -> str:
    """Chooses the topic of the depth that is aligned to the image.

    Args:
        robot: the row chosen; None if there is none.
        image_topic: the user's; the robot's depth fits no other image than the robot's.
        depth_topic: the user's, which wins; empty takes the robot's, or `depth` where it has none.
    """
    of_robot = robot.depth if robot is not None and not image_topic else ""
    return depth_topic or of_robot or "depth"


def read_cameras(text: str) -> tuple[str, ...]:
    """The cameras that an argument names: "front,rear".

    Raises:
        TopicsError: a name cannot be used.
    """
    names = tuple(name.strip() for name in text.split(",")) if text.strip() else ()
    problem = problem_of(names)
    if problem:
        raise TopicsError(f"cameras: {problem}")
    return names


def remappings(
    robot: Robot | None,
    cameras: Sequence[str],
    image_topic: str,
    camera_info_topic: str,
    depth_topic: str,
) -> list[tuple[str, str]]:
    """The rules that lead the node's inputs to the topics of its cameras.

    Args:
        robot: the row chosen, which is of a single camera and so counts without `cameras` only.
        cameras: the names of several; empty for one without a name.
        image_topic: the user's; for several cameras with "{camera}" for the name, as in the next
            two. Empty leaves `<camera>/image`.
        camera_info_topic: the user's; empty takes the `camera_info` beside the image.
        depth_topic: the user's; empty leaves `<camera>/depth`.

    Raises:
        TopicsError: a topic that is given for several cameras is the same for all, or there are
            none for whose names a place is kept.
    """
    given = {"image": image_topic, "camera_info": camera_info_topic, "depth": depth_topic}
    if not cameras:
        for input_name, topic in given.items():
            _check_no_placeholder(input_name, topic)
        image, info = camera_topics(robot, image_topic, camera_info_topic)
        depth = choose_depth_topic(robot, image_topic, depth_topic)
        return [("image", image), ("camera_info", info), ("depth", depth)]
    for input_name, topic in given.items():
        if topic and PLACEHOLDER not in topic and len(cameras) > 1:
            raise TopicsError(
                f"{input_name}_topic: {topic!r} would be the same for {' and '.join(cameras)}; "
                f"put {PLACEHOLDER} where their names belong, as in /{PLACEHOLDER}/image_raw"
            )
    rules = []
    for camera in map(CameraName, cameras):
        image, info, depth = (
            topic.replace(PLACEHOLDER, camera.name)
            for topic in (image_topic, camera_info_topic, depth_topic)
        )
        image, info = camera_topics(None, image or camera.input("image"), info)
        topics = {"image": image, "camera_info": info, "depth": depth or camera.input("depth")}
        rules += [(camera.input(name), topic) for name, topic in topics.items()]
    return rules


def _check_no_placeholder(input_name: str, topic: str) -> None:
    if PLACEHOLDER in topic:
        raise TopicsError(
            f"{input_name}_topic: {PLACEHOLDER} in {topic!r} stands for the names that cameras:= "
            "gives, and it gives none"
        )


def cloud_remappings(cameras: Sequence[str], cloud_topic: str) -> list[tuple[str, str]]:
    """The rules that lead every camera's `points_in` to the cloud of a lidar.

    Args:
        cameras: the names of several; empty for one without a name.
        cloud_topic: the user's, the same for all cameras or with "{camera}" for the name; empty
            leaves `points_in`.

    Raises:
        TopicsError: there are no cameras for whose names a place is kept.
    """
    if not cloud_topic:
        return []
    if not cameras:
        _check_no_placeholder("cloud", cloud_topic)
    names = tuple(map(CameraName, cameras)) or (CameraName(),)
    return [
        (camera.input("points_in"), cloud_topic.replace(PLACEHOLDER, camera.name))
        for camera in names
    ]
