# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The parameter files agree with the node's schema, the profiles of Fast DDS with each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from attendseg_ros.inference import load_bundle
from attendseg_ros.ros.parameters.live_parameters import check_settings
from attendseg_ros.ros.parameters.parameter_table import SCHEMA
from attendseg_ros.ros.parameters.settings import Settings

CONFIG = Path(__file__).parents[1] / "config"
FILES = ("segmentation.yaml", "drone.yaml", "ground_robot.yaml")
DEFAULTS = {spec.name: spec.default for spec in SCHEMA}


def parameters(file: str) -> dict[str, Any]:
    """The parameters a file sets, arrays as tuples."""
    content = yaml.safe_load((CONFIG / file).read_text())
    # Any other first key would lose the parameters in a namespace.
    assert list(content) == ["/**"]
    assert list(content["/**"]) == ["ros__parameters"]
    values = content["/**"]["ros__parameters"].items()
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values}


def test_the_full_file_holds_every_parameter_with_its_default() -> None:
    assert parameters("segmentation.yaml") == DEFAULTS


@pytest.mark.parametrize("file", ["drone.yaml", "ground_robot.yaml"])
def test_a_preset_says_only_what_differs(file: str) -> None:
    for name, value in parameters(file).items():
        assert value != DEFAULTS[name]


@pytest.mark.parametrize("file", ["drone.yaml", "ground_robot.yaml"])
def test_a_preset_says_what_each_class_of_its_model_means_to_the_robot(file: str) -> None:
    settings = Settings(**{**DEFAULTS, **parameters(file)})
    bundle = load_bundle(settings.model)
    check_settings(settings, bundle)
    assert settings.free_classes
    named = {*settings.free_classes, *settings.occupied_classes}
    # The sky says nothing about the ground.
    assert set(bundle.classes.names) - named <= {"sky"}


@pytest.mark.parametrize("file", FILES)
def test_types_and_ranges_are_the_node_s(file: str) -> None:
    given = parameters(file)
    specs = {spec.name: spec for spec in SCHEMA}
    for name, value in given.items():
        assert type(value) is type(specs[name].default), name
        low, high = specs[name].limits or (value, value)
        assert low <= value <= high, name
    check_settings(Settings(**{**DEFAULTS, **given}), None)


def test_the_profiles_differ_in_the_room_for_images_alone() -> None:
    sizes, texts = [], []
    for name in ("large", "small"):
        tree = ElementTree.parse(CONFIG / f"fastdds_{name}_images.xml")
        (segment,) = tree.iterfind(".//{*}segment_size")
        assert segment.text is not None
        sizes.append(int(segment.text))
        segment.text = ""
        texts.append(
            ElementTree.canonicalize(ElementTree.tostring(tree.getroot()), strip_text=True)
        )
    assert texts[0] == texts[1]
    # Three images of 1920x1080; three of 640x480 and, in the node, all outputs of one.
    assert sizes[0] > 3 * 1920 * 1080 * 3
    assert sizes[1] > max(3 * 640 * 480 * 3, 640 * 480 * 9)
