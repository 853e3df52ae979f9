# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Rendered rooms and corridors with exact labels, as a robot sees them."""

from attendseg_ros.scene.rooms.scene import RoomScene

__all__ = ["RoomScene"]
