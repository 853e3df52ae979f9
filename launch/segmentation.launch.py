# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Starts the segmentation node; `--show-args` lists the arguments.

An argument left empty leaves the parameter to the parameter file: a default here would silently
win over what the user wrote there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from launch import Action, LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, LogInfo, OpaqueFunction
from launch.logging import get_logger
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from attendseg_ros.ros.launching.environment_choice import Choice, Wishes, choose
from attendseg_ros.ros.launching.environments import read_environments
from attendseg_ros.ros.launching.fastdds import existing_file, fastdds_environment
from attendseg_ros.ros.launching.launch_arguments import unknown_arguments
from attendseg_ros.ros.launching.launch_files import (
    NAV2_CONFIG,
    SHARE,
    ground_hint,
    nav2_hint,
    outputs_of,
    rviz,
)
from attendseg_ros.ros.launching.robots import (
    cloud_remappings,
    known_image_size,
    read_cameras,
    read_robots,
    remappings,
)
from attendseg_ros.ros.parameters.parameter_table import ENGINES, IMAGE_TRANSPORTS

ROBOTS = read_robots(SHARE / "config" / "robots.yaml")
ENVIRONMENTS = read_environments(SHARE / "config" / "environments.yaml")

BOOLEANS = ["true", "false", "True", "False"]
PARAMETERS = {
    "use_sim_time": bool,
    "autostart": bool,
    "image_transport": str,
    "model": str,
    "engine": str,
}


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
            default_value="",
            description="Fast DDS profile of the node, unless the environment names one: large, "
            "small (images of up to 640x480), a file, or none for the middleware's defaults; "
            "empty: small where config/robots.yaml says that the robot's images are, else large.",
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
            "environment",
            default_value="",
            description="Where the robot works, indoor, offroad, street or campus: its model and "
            "classes, from config/environments.yaml; empty: the robot's, or as the parameter file "
            "says.",
        ),
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
    choice = _choice(given)
    others: list[Action] = []
    if _is_true(given("nav2")):
        costs = choice.environment.nav2 if choice.environment else NAV2_CONFIG
        others.append(LogInfo(msg=nav2_hint(given("namespace"), cameras, costs)))
    if _is_true(given("ground")):
        others.append(LogInfo(msg=ground_hint(given("namespace"), cameras)))
    if _is_true(given("rviz")):
        others.append(rviz(given("namespace"), cameras, _is_true(given("use_sim_time"))))
    return [_node(context, given, cameras, choice), *others]


def _choice(given: Callable[[str], str]) -> Choice:
    """Model and classes of the environment, told in the log."""
    robot = ROBOTS.get(given("robot"))
    choice = choose(
        ENVIRONMENTS,
        Wishes(
            environment=given("environment"),
            model=given("model"),
            robot=given("robot"),
            robots_environment=robot.environment if robot else "",
            params_file=given("params_file"),
            config=SHARE / "config",
            node=outputs_of(given("namespace")).rstrip("/"),
        ),
    )
    for line in choice.notes:
        get_logger("attendseg_ros").info(line)
    for line in choice.warnings:
        get_logger("attendseg_ros").warning(line)
    return choice


def _is_true(value: str) -> bool:
    return value.lower() == "true"


def _node(
    context: LaunchContext, given: Callable[[str], str], cameras: tuple[str, ...], choice: Choice
) -> Node:
    overrides: dict[str, Any] = {k: ParameterValue(v) for k, v in choice.parameters.items()}
    overrides |= {
        name: ParameterValue(LaunchConfiguration(name), value_type=kind)
        for name, kind in PARAMETERS.items()
        if given(name)
    }
    if cameras:
        overrides["cameras"] = ParameterValue(list(cameras))
    if _is_true(given("nav2")) or _is_true(given("ground")):
        # A costmap that unsubscribes and comes back, as on a reset, must not wait for a mask.
        overrides["lazy"] = False
    return Node(
        package="attendseg_ros",
        executable="segmentation_node",
        name="segmentation",
        namespace=given("namespace"),
        parameters=[
            existing_file("params_file", given("params_file")),
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
        additional_env=fastdds_environment(
            context.environment,
            given("fastdds_profile"),
            SHARE / "config",
            known_image_size(ROBOTS.get(given("robot")), cameras, given("image_topic")),
        ),
        respawn=_is_true(given("use_respawn")),
        respawn_delay=2.0,
        output="screen",
    )
