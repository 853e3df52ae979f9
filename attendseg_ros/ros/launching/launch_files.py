# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the launch files share; nothing else imports it, since `launch` is not where pip looks."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ament_index_python.packages import (
    PackageNotFoundError,
    get_package_prefix,
    get_package_share_directory,
)
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch_ros.actions import Node

from attendseg_ros.documents import read_yaml
from attendseg_ros.ros.launching.robots import names_of_kind, read_robots

SHARE = Path(get_package_share_directory("attendseg_ros"))
CONFIG = SHARE / "config"
RVIZ_CONFIG = CONFIG / "attendseg.rviz"
NAV2_CONFIG = "nav2_semantic_layer.yaml"
GROUND_CONFIG = CONFIG / "nav2_ground_grid.yaml"

OUTPUTS = "/segmentation/"
"""Where the node's topics lie without a namespace; the configuration files name them so."""


class MissingPackageError(RuntimeError):
    """What an argument asks for is not installed; the message says how to get it."""


def preset(kind: str, robot: str, params_file: str) -> LaunchDescription:
    """segmentation.launch.py with the defaults of one kind of robot.

    Args:
        kind: "drone" or "ground"; only robots of this kind, and bare cameras, are offered.
        robot: the default of the argument `robot`.
        params_file: name of the parameter file in config/.
    """
    robots = read_robots(CONFIG / "robots.yaml")
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                "robot",
                default_value=robot,
                choices=names_of_kind(robots, kind),
                description="Robot or camera driver whose topics are taken from "
                "config/robots.yaml.",
            ),
            DeclareLaunchArgument(
                "params_file",
                default_value=str(CONFIG / params_file),
                description="Parameter file of the node.",
            ),
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(str(SHARE / "launch" / "segmentation.launch.py"))
            ),
        ]
    )


def nav2_hint(namespace: str, cameras: Sequence[str] = (), config: str = NAV2_CONFIG) -> str:
    """What a user of Nav2 has to do, after a look whether the node can do its part.

    Args:
        namespace: of the node.
        cameras: the names of several; empty for one without a name.
        config: the file in config/ with the costs of the model's classes.

    Raises:
        MissingPackageError: without vision_msgs there are no class names, and Nav2's layer ends
            its costmap at the first mask.
    """
    if importlib.util.find_spec("vision_msgs") is None:
        raise MissingPackageError(
            "nav2:=true: vision_msgs is not installed, so there would be no ~/label_info; "
            "apt install ros-$ROS_DISTRO-vision-msgs"
        )
    hint = f"Nav2: merge {CONFIG / config} into your nav2_params and name semantic_layer in plugins"
    if cameras:
        beginnings = " and ".join(outputs_of(namespace, camera) for camera in cameras)
        return f"{hint}; an observation source a camera, whose topics begin with {beginnings}"
    outputs = outputs_of(namespace)
    return hint if outputs == OUTPUTS else f"{hint}; its topics begin with {outputs} here"


def ground_hint(namespace: str, cameras: Sequence[str] = ()) -> str:
    """What a user of the ground map has to do, after a look whether the node can do its part.

    Args:
        namespace: of the node.
        cameras: the names of several; empty for one without a name.

    Raises:
        MissingPackageError: without nav_msgs there is no grid, and without tf2_msgs nothing places
            several cameras.
    """
    if importlib.util.find_spec("nav_msgs") is None:
        raise MissingPackageError(
            "ground:=true: nav_msgs is not installed, so there would be no ~/ground_grid; "
            "apt install ros-$ROS_DISTRO-nav-msgs"
        )
    pose = (
        "the camera's pose comes from TF (its frame to ground_frame), or from camera_height_m and "
        "camera_pitch_deg where they are set"
    )
    if importlib.util.find_spec("tf2_msgs") is None:
        if cameras:
            raise MissingPackageError(
                "ground:=true: tf2_msgs is not installed, and only TF can place several cameras; "
                "apt install ros-$ROS_DISTRO-tf2-msgs"
            )
        pose = "tf2_msgs is not installed: set camera_height_m and camera_pitch_deg"
    begins = f"topics begin with {outputs_of(namespace)}"
    return f"ground map: {pose}; for Nav2 merge {GROUND_CONFIG} into your nav2_params; {begins}"


def rviz(namespace: str, cameras: Sequence[str], use_sim_time: bool) -> Node:
    """RViz on this node's topics: those of the first camera, where there are several.

    Raises:
        MissingPackageError: rviz2 is not installed.
    """
    try:
        get_package_prefix("rviz2")
    except PackageNotFoundError as error:
        raise MissingPackageError(
            "rviz:=true: rviz2 is not installed; apt install ros-$ROS_DISTRO-rviz2"
        ) from error
    outputs = outputs_of(namespace, *cameras[:1])
    named = read_yaml(RVIZ_CONFIG)
    # Topics in RViz's file are absolute, so they do not follow a namespace by themselves. The
    # Camera display asks for the intrinsics beside its image.
    topics = sorted({*topics_in(named), f"{OUTPUTS}camera_info"})
    return Node(
        package="rviz2",
        executable="rviz2",
        name="rviz2",
        namespace=namespace,
        arguments=["-d", str(RVIZ_CONFIG)],
        parameters=[{"use_sim_time": use_sim_time}],
        remappings=[(topic, topic.replace(OUTPUTS, outputs)) for topic in topics],
        output="screen",
    )


def outputs_of(namespace: str, camera: str = "") -> str:
    """Where the node's topics lie in a namespace: "/robot2/segmentation/", with a camera's name."""
    parts = [part for part in namespace.split("/") if part]
    own = [camera, ""] if camera else [""]
    return "/".join(["", *parts, OUTPUTS.strip("/"), *own])


def topics_in(content: Any) -> Iterator[str]:
    """The topics of the node that a file's content, of mappings and lists, names somewhere."""
    if isinstance(content, str) and content.startswith(OUTPUTS):
        yield content
    elif isinstance(content, (dict, list)):
        for item in content.values() if isinstance(content, dict) else content:
            yield from topics_in(item)
