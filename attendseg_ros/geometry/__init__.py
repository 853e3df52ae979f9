# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Depth images to points in space, without ROS."""

from attendseg_ros.geometry.cloud import POINT, CloudBuilder
from attendseg_ros.geometry.depth import millimetres_to_depth, to_depth
from attendseg_ros.geometry.pinhole import Intrinsics, Rays

__all__ = ["POINT", "CloudBuilder", "Intrinsics", "Rays", "millimetres_to_depth", "to_depth"]
