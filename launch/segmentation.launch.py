# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Starts the segmentation node; `--show-args` lists the arguments.

An argument left empty leaves the parameter to the parameter file: a default here would silently
win over what the user wrote there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from launch import Action, LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, LogInfo, OpaqueFunction
from launch.logging import get_logger
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from attendseg_ros.ros.launching.launch_arguments import unknown_arguments
from attendseg_ros.ros.launching.launch_files import SHARE, ground_hint, nav2_hint, rviz
from attendseg_ros.ros.launching.robots import (
    cloud_remappings,
    read_cameras,
    read_robots,
    remappings,
)
from attendseg_ros.ros.parameters.settings import ENGINES, IMAGE_TRANSPORTS

ROBOTS = read_robots(SHARE / "config" / "robots.yaml")

BOOLEANS = ["true", "false", "True", "False"]
PARAMETERS = {
    "use_sim_time": bool,
    "autostart": bool,
    "image_transport": str,
    "model": str,
    "engine": str,
}
PROFILE_VARIABLE = "FASTDDS_DEFAULT_PROFILES_FILE"
OLD_PROFILE_VARIABLE = "FASTRTPS_DEFAULT_PROFILES_FILE"


def generate_launch_description() -> LaunchDescription:
    """The arguments, then the node they describe."""
    return LaunchDescription(
        [
            *_process_arguments(),
            *_camera_arguments(),
            *_model_arguments(),
            *_consumer_arguments(),
            OpaqueFunction(function=_warn_of_misspelled),
            OpaqueFunction(function=_start),
        ]
    )


def _warn_of_misspelled(context: LaunchContext) -> None:
    groups = (_process_arguments, _camera_arguments, _model_arguments, _consumer_arguments)
    names = [argument.name for group in groups for argument in group()]
    for line in unknown_arguments(names, context.launch_configurations, sys.argv[1:]):
        get_logger("attendseg_ros").warning(line)


def _process_arguments() -> list[DeclareLaunchArgument]:
    return [
        DeclareLaunchArgument(
            "namespace", default_value="", description="Namespace of the node and its topics."
        ),
        DeclareLaunchArgument(
            "use_sim_time",
            default_value="",
            choices=["", *BOOLEANS],
            description="Take the time from /clock, as with a simulator or a bag; "
            "empty: as the parameter file says.",
        ),
        DeclareLaunchArgument(
            "params_file",
            default_value=str(SHARE / "config" / "segmentation.yaml"),
            description="Parameter file of the node.",
        ),
        DeclareLaunchArgument(
            "autostart",
            default_value="",
            choices=["", *BOOLEANS],
            description="Configure and activate the node at start; "
            "empty: as the parameter file says.",
        ),
        DeclareLaunchArgument(
            "use_respawn",
            default_value="false",
            choices=BOOLEANS,
            description="Start the node again 2 s after it has ended by itself.",
        ),
        DeclareLaunchArgument(
            "log_level",
            default_value="info",
            choices=["debug", "info", "warn", "error", "fatal"],
            description="Least severity that is logged.",
        ),
        DeclareLaunchArgument(
            "fastdds_profile",
            default_value=str(SHARE / "config" / "fastdds_large_images.xml"),
            description="Fast DDS profile of the node, unless the environment names one; "
            "none: the middleware's defaults.",
        ),
    ]


def _camera_arguments() -> list[DeclareLaunchArgument]:
    return [
        DeclareLaunchArgument(
            "robot",
            default_value="",
            choices=["", *ROBOTS],
            description="Robot or camera driver whose topics are taken from config/robots.yaml.",
        ),
        DeclareLaunchArgument(
            "cameras",
            default_value="",
            description="Names of several cameras, as in front,rear, in place of the robot's; "
            "{camera} stands for each in the next three. Empty: as the parameter file says.",
        ),
        DeclareLaunchArgument(
            "image_topic",
            default_value="",
            description="Topic of the images; empty: the robot's, or image without a robot.",
        ),
        DeclareLaunchArgument(
            "camera_info_topic",
            default_value="",
            description="Topic of the camera's intrinsics; "
            "empty: the robot's, or camera_info beside the images.",
        ),
        DeclareLaunchArgument(
            "depth_topic",
            default_value="",
            description="Topic of the depth aligned to the images, for ~/points; "
            "empty: the robot's, or depth where it has none.",
        ),
        DeclareLaunchArgument(
            "cloud_topic",
            default_value="",
            description="Topic of the lidar's cloud, for ~/painted_points; one lidar may serve all "
            "cameras. Empty: points_in.",
        ),
        DeclareLaunchArgument(
            "image_transport",
            default_value="",
            choices=["", *IMAGE_TRANSPORTS],
            description="compressed subscribes to <image_topic>/compressed; "
            "empty: as the parameter file says.",
        ),
    ]


def _model_arguments() -> list[DeclareLaunchArgument]:
    return [
        DeclareLaunchArgument(
            "model",
            default_value="",
            description="Name of a model, pkg://package/name, or path of a bundle's folder; "
            "empty: as the parameter file says.",
        ),
        DeclareLaunchArgument(
            "engine",
            default_value="",
            choices=["", *ENGINES],
            description="Inference engine; empty: as the parameter file says.",
        ),
    ]


def _consumer_arguments() -> list[DeclareLaunchArgument]:
    return [
        DeclareLaunchArgument(
            "nav2",
            default_value="false",
            choices=BOOLEANS,
            description="Make sure of what Nav2's semantic_segmentation_layer needs and say which "
            "parameters it takes; starts nothing of Nav2 (docs/nav2.md).",
        ),
        DeclareLaunchArgument(
            "ground",
            default_value="false",
            choices=BOOLEANS,
            description="Make sure of what ~/ground_grid and ~/ground_scan need and say which "
            "parameters Nav2 takes, with masks on their way before it asks (docs/ground.md).",
        ),
        DeclareLaunchArgument(
            "rviz",
            default_value="false",
            choices=BOOLEANS,
            description="Start RViz with config/attendseg.rviz, too.",
        ),
    ]


def _start(context: LaunchContext) -> list[Action]:
    def given(name: str) -> str:
        return str(LaunchConfiguration(name).perform(context)).strip()

    cameras = read_cameras(given("cameras"))
    # What is missing is said before anything starts.
    others: list[Action] = []
    if _is_true(given("nav2")):
        others.append(LogInfo(msg=nav2_hint(given("namespace"), cameras)))
    if _is_true(given("ground")):
        others.append(LogInfo(msg=ground_hint(given("namespace"), cameras)))
    if _is_true(given("rviz")):
        others.append(rviz(given("namespace"), cameras, _is_true(given("use_sim_time"))))
    return [_node(context, given, cameras), *others]


def _is_true(value: str) -> bool:
    return value.lower() == "true"


def _node(context: LaunchContext, given: Callable[[str], str], cameras: tuple[str, ...]) -> Node:
    overrides: dict[str, Any] = {
        name: ParameterValue(LaunchConfiguration(name), value_type=kind)
        for name, kind in PARAMETERS.items()
        if given(name)
    }
    if cameras:
        overrides["cameras"] = list(cameras)
    if _is_true(given("nav2")) or _is_true(given("ground")):
        # A costmap that unsubscribes and comes back, as on a reset, must not wait for a mask.
        overrides["lazy"] = False
    return Node(
        package="attendseg_ros",
        executable="segmentation_node",
        name="segmentation",
        namespace=given("namespace"),
        parameters=[
            _existing_file("params_file", given("params_file")),
            *([overrides] if overrides else []),
        ],
        remappings=[
            *remappings(
                ROBOTS.get(given("robot")),
                cameras,
                given("image_topic"),
                given("camera_info_topic"),
                given("depth_topic"),
            ),
            *cloud_remappings(cameras, given("cloud_topic")),
        ],
        ros_arguments=["--log-level", given("log_level")],
        additional_env=_fastdds_environment(context, given("fastdds_profile")),
        respawn=_is_true(given("use_respawn")),
        respawn_delay=2.0,
        output="screen",
    )


def _existing_file(argument: str, path: str) -> str:
    """The path; launch itself would only warn of a missing file and start without it."""
    if not Path(path).is_file():
        raise FileNotFoundError(f"{argument}: there is no file {path!r}")
    return path


def _fastdds_environment(context: LaunchContext, profile: str) -> dict[str, str]:
    """The variable that chooses the profile; the user's own wins, whichever its name."""
    environment = context.environment
    if profile == "none" or {PROFILE_VARIABLE, OLD_PROFILE_VARIABLE} & set(environment):
        return {}
    # Fast DDS 3 renamed the variable, and the distributions that have it warn of the old name.
    old = environment.get("ROS_DISTRO") in ("humble", "iron", "jazzy")
    name = OLD_PROFILE_VARIABLE if old else PROFILE_VARIABLE
    return {name: _existing_file("fastdds_profile", profile)}
