# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The AttendSeg network in torch: attention condensers, counts, folding."""

from attendseg_ros.network.attendseg import (
    OUTPUT_STRIDE,
    SIZE_MULTIPLE,
    AttendSeg,
    build_attendseg,
)
from attendseg_ros.network.condenser import AttentionCondenser
from attendseg_ros.network.counting import Counts, count
from attendseg_ros.network.folding import folded

__all__ = [
    "OUTPUT_STRIDE",
    "SIZE_MULTIPLE",
    "AttendSeg",
    "AttentionCondenser",
    "Counts",
    "build_attendseg",
    "count",
    "folded",
]
