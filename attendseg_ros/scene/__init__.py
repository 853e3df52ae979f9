# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Rendered streets and rooms with exact labels: NumPy and OpenCV only."""

from attendseg_ros.scene.frame import SceneFrame
from attendseg_ros.scene.rooms import RoomScene
from attendseg_ros.scene.street import StreetScene

__all__ = ["RoomScene", "SceneFrame", "StreetScene"]
