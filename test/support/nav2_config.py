# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Reads config/nav2_semantic_layer.yaml, and those of its kind for other environments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

CONFIG = Path(__file__).parents[2] / "config"
STREET = "nav2_semantic_layer.yaml"


def layer(file: str = STREET) -> dict[str, Any]:
    """The parameters of the layer."""
    content = yaml.safe_load((CONFIG / file).read_text(encoding="utf-8"))
    ((name, parameters),) = content["local_costmap"]["local_costmap"]["ros__parameters"].items()
    assert name == "semantic_layer"
    return dict(parameters)


def source(file: str = STREET) -> dict[str, Any]:
    """The parameters of its one observation source."""
    parameters = layer(file)
    return dict(parameters[parameters["observation_sources"]])


def costed_classes(file: str = STREET) -> list[str]:
    """The names of all classes that are given a cost, in the file's order."""
    camera = source(file)
    return [name for kind in camera["class_types"] for name in camera[kind]["classes"]]
