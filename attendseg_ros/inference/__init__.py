# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From an RGB array to labels, without ROS and without torch unless its engine is asked for."""

from attendseg_ros.inference.bundle import Bundle, load_bundle
from attendseg_ros.inference.engine import Engine
from attendseg_ros.inference.engines import ENGINE_NAMES, available_engines, create_engine
from attendseg_ros.inference.framing import Framing, RoiError
from attendseg_ros.inference.missed import missed_engine
from attendseg_ros.inference.registry import (
    KnownModel,
    Registry,
    find_bundle,
    known_models,
    shipped_models,
)
from attendseg_ros.inference.segmentation import Segmentation, StageTimes
from attendseg_ros.inference.segmenter import Segmenter
from attendseg_ros.inference.selection import AUTO, Selection

__all__ = [
    "AUTO",
    "ENGINE_NAMES",
    "Bundle",
    "Engine",
    "Framing",
    "KnownModel",
    "Registry",
    "RoiError",
    "Segmentation",
    "Segmenter",
    "Selection",
    "StageTimes",
    "available_engines",
    "create_engine",
    "find_bundle",
    "known_models",
    "load_bundle",
    "missed_engine",
    "shipped_models",
]
