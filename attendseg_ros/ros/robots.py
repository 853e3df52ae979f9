# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which topics a robot's camera publishes: the table config/robots.yaml, for the launch files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import yaml

KINDS = ("drone", "ground", "any")
"""A drone, a robot on the ground, or a camera that any robot may carry."""


@dataclass(frozen=True)
class Robot:
    """One row of the table."""

    kind: str
    image: str
    camera_info: str
    note: str
    depth: str = ""


def read_robots(path: str | Path) -> dict[str, Robot]:
    """Reads the table.

    Args:
        path: the YAML file; the installed one lies in the package's share folder.

    Returns:
        The rows by the name that `robot:=` takes, in the file's order.
    """
    rows = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    return {name: Robot(**row) for name, row in rows.items()}


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


def depth_topic(robot: Robot | None, image_topic: str, depth_topic: str) -> str:
    """Chooses the topic of the depth that is aligned to the image.

    Args:
        robot: the row chosen; None if there is none.
        image_topic: the user's; the robot's depth fits no other image than the robot's.
        depth_topic: the user's, which wins; empty takes the robot's, or `depth` where it has none.
    """
    of_robot = robot.depth if robot is not None and not image_topic else ""
    return depth_topic or of_robot or "depth"
