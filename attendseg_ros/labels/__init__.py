# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Class tables (names, ids, colours) and everything done to label masks."""

from attendseg_ros.labels.class_info import UNLABELLED, ClassInfo
from attendseg_ros.labels.classes import ClassTable
from attendseg_ros.labels.masks import blend, colorize, drop_uncertain, keep_classes

__all__ = [
    "UNLABELLED",
    "ClassInfo",
    "ClassTable",
    "blend",
    "colorize",
    "drop_uncertain",
    "keep_classes",
]
