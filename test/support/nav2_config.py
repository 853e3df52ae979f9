# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Reads config/nav2_semantic_layer.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

PATH = Path(__file__).parents[2] / "config" / "nav2_semantic_layer.yaml"


def layer() -> dict[str, Any]:
    """The parameters of the layer."""
    content = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    ((name, parameters),) = content["local_costmap"]["local_costmap"]["ros__parameters"].items()
    assert name == "semantic_layer"
    return dict(parameters)


def source() -> dict[str, Any]:
    """The parameters of its one observation source."""
    parameters = layer()
    return dict(parameters[parameters["observation_sources"]])


def costed_classes() -> list[str]:
    """The names of all classes that are given a cost, in the file's order."""
    camera = source()
    return [name for kind in camera["class_types"] for name in camera[kind]["classes"]]
