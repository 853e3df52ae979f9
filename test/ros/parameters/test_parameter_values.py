# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Numbers as people write them are taken; anything else is refused in words."""

from __future__ import annotations

from array import array
from typing import Any

import pytest

from attendseg_ros.near_names import nearest
from attendseg_ros.ros.parameters.parameter_spec import ParameterSpec
from attendseg_ros.ros.parameters.parameter_table import SCHEMA
from attendseg_ros.ros.parameters.parameter_values import ParameterError, fitting

SPECS = {spec.name: spec for spec in SCHEMA}
DOUBLES = ParameterSpec("gains", (1.0, 2.0), "Two gains.", True, None, "")


def spec_of(name: str) -> ParameterSpec:
    return DOUBLES if name == "gains" else SPECS[name]


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("max_rate_hz", 7, 7.0),
        ("max_rate_hz", 7.5, 7.5),
        ("jpeg_quality", 80.0, 80),
        ("overlay_alpha", 1.0000005, 1.0),
        ("overlay_alpha", 1, 1.0),
        ("temporal_smoothing", 0.9500000001, 0.95),
        ("diagnostics_period_s", 0.09999999, 0.1),
        ("input_size", array("d", [512.0, 384.0]), [512, 384]),
        ("gains", array("q", [1, 2]), [1.0, 2.0]),
        ("classes", (), []),
        ("classes", ["car"], ["car"]),
        ("lazy", False, False),
    ],
)
def test_what_means_the_same_is_taken(name: str, given: Any, value: Any) -> None:
    taken = fitting(spec_of(name), given)
    assert taken == value
    assert type(taken) is type(value)
    if isinstance(value, list):
        assert [type(item) for item in taken] == [type(item) for item in value]


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("max_rate_hz", "5", "must be a number from 0.0 to 1000.0, got the text '5'"),
        ("max_rate_hz", True, "must be a number from 0.0 to 1000.0, got true"),
        ("max_rate_hz", -1, "must be a number from 0.0 to 1000.0, got the whole number -1"),
        ("max_rate_hz", float("nan"), "must be a finite number from 0.0 to 1000.0"),
        ("overlay_alpha", 1.00001, "must be a number from 0.0 to 1.0, got the number 1.00001"),
        ("jpeg_quality", 80.5, "must be a whole number from 1 to 100, got the number 80.5"),
        ("jpeg_quality", float("inf"), "must be a whole number from 1 to 100"),
        ("jpeg_quality", False, "must be a whole number from 1 to 100, got false"),
        ("lazy", "yes", "must be true or false, got the text 'yes': write true or false"),
        ("lazy", 1, "must be true or false, got the whole number 1"),
        ("model", 5, "must be text, got the whole number 5: put it in quotes"),
        ("model", ["street"], "must be text, got the list ['street']"),
        ("model", None, "must be text, got no value"),
        ("classes", "car", "must be a list of texts, got the text 'car': write ['car']"),
        ("classes", [1], "must be a list of texts, got the list [1]"),
        ("input_size", 512, "must be a list of whole numbers, got the whole number 512"),
        ("input_size", [512.5, 384.0], "must be a list of whole numbers, got the list"),
        ("input_size", [b"a"], "must be a list of whole numbers"),
        ("input_size", [1e300, 384.0], "must be a list of whole numbers, got the list [1e+300"),
        ("input_size", [2.0**63, 384.0], "must be a list of whole numbers"),
        ("jpeg_quality", 1e300, "must be a whole number from 1 to 100, got the number 1e+300"),
        ("gains", [True], "must be a list of numbers, got the list [True]"),
    ],
)
def test_anything_else_is_refused_in_words(name: str, given: Any, said: str) -> None:
    with pytest.raises(ParameterError) as caught:
        fitting(spec_of(name), given)
    assert str(caught.value).startswith(f"{name} {said}")
    assert caught.value.name == name


def test_a_long_value_is_shown_shortly() -> None:
    with pytest.raises(ParameterError) as caught:
        fitting(SPECS["max_rate_hz"], "x" * 10**6)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("overlay_alfa", "overlay_alpha"),
        ("maxRateHz", "max_rate_hz"),
        ("clases", "classes"),
        ("image-transport", "image_transport"),
        ("zzz", ""),
    ],
)
def test_the_nearest_name(name: str, meant: str) -> None:
    assert nearest(name, sorted(SPECS)) == meant
