# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The classes of rooms and corridors, for code that must name one."""

from __future__ import annotations

from enum import IntEnum


class IndoorClass(IntEnum):
    """The ids of the built-in class table "indoor" (indoor.yaml holds names and colours)."""

    FLOOR = 0
    WALL = 1
    DOOR = 2
    STAIRS = 3
    OBSTACLE = 4
