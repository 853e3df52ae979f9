# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Cameras with their lenses, and depth images to points in space, without ROS."""

from attendseg_ros.geometry.cloud import POINT, CloudBuilder
from attendseg_ros.geometry.depth import millimetres_to_depth, to_depth
from attendseg_ros.geometry.lens import Lens
from attendseg_ros.geometry.lens_models import LensError
from attendseg_ros.geometry.pinhole import Intrinsics, Rays

__all__ = [
    "POINT",
    "CloudBuilder",
    "Intrinsics",
    "Lens",
    "LensError",
    "Rays",
    "millimetres_to_depth",
    "to_depth",
]
