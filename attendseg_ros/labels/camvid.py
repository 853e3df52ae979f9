# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""CamVid's classes as SegNet numbers them, for code that must name one."""

from __future__ import annotations

from enum import IntEnum


class CamVidClass(IntEnum):
    """The ids of the built-in class table "camvid" (camvid.yaml holds names and colours)."""

    SKY = 0
    BUILDING = 1
    POLE = 2
    ROAD = 3
    PAVEMENT = 4
    TREE = 5
    SIGN = 6
    FENCE = 7
    CAR = 8
    PEDESTRIAN = 9
    BICYCLIST = 10
