# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The segmentation node on a ground robot: config/ground_robot.yaml, the camera topics of `robot`.

Takes every argument of segmentation.launch.py.
"""

from __future__ import annotations

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource

from attendseg_ros.ros.robots import names_of_kind, read_robots


def generate_launch_description() -> LaunchDescription:
    """The defaults of this preset, then the launch file they are for."""
    share = Path(get_package_share_directory("attendseg_ros"))
    robots = read_robots(share / "config" / "robots.yaml")
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                "robot",
                default_value="turtlebot4",
                choices=names_of_kind(robots, "ground"),
                description="Robot or camera driver whose topics are taken from "
                "config/robots.yaml.",
            ),
            DeclareLaunchArgument(
                "params_file",
                default_value=str(share / "config" / "ground_robot.yaml"),
                description="Parameter file of the node.",
            ),
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(str(share / "launch" / "segmentation.launch.py"))
            ),
        ]
    )
