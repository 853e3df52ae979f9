# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The segmentation node on a ground robot: config/ground_robot.yaml, the camera topics of `robot`.

Takes every argument of segmentation.launch.py.
"""

from __future__ import annotations

from launch import LaunchDescription

from attendseg_ros.ros.launching.launch_files import preset


def generate_launch_description() -> LaunchDescription:
    """The defaults of this preset, then the launch file they are for."""
    return preset("ground", robot="turtlebot4", params_file="ground_robot.yaml")
