# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Keys of model.yaml that have no effect are named, with what was surely meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.inference import load_bundle, shipped_models

MEASURED: dict[str, Any] = {"held_out": "val", "seen_in_training": False, "images": 9}
CALIBRATION: dict[str, Any] = {
    "temperature": 1.5,
    "ece_before": 0.1,
    "ece_after": 0.05,
    "bins": 15,
    **MEASURED,
    "temperature_of": "",
}
RANGE: dict[str, Any] = {"input_size": [128, 64], "typical": 3.0, "least": 1.0}
FAMILIARITY: dict[str, Any] = {
    "ranges": [RANGE],
    **MEASURED,
    "training_images": 0,
    "false_alarms": 0.05,
}


@pytest.mark.parametrize(
    ("fields", "named", "near"),
    [
        ({"ouptut": "class_ids"}, "'ouptut'", "the nearest is output"),
        ({"BackgroundChannel": 0}, "'BackgroundChannel'", "the nearest is background_channel"),
        ({"input-sizes": [[128, 64]]}, "'input-sizes'", "the nearest is input_sizes"),
        ({"inputsize": [128, 64]}, "'inputsize'", "the nearest is input_sizes"),
        ({5: "x"}, "5", "known are format_version, name"),
        (
            {"license": {"weights": "MIT", "data": "none", "comercial_use": True}},
            "license.'comercial_use'",
            "the nearest is license.commercial_use",
        ),
        (
            {"calibration": CALIBRATION | {"temperatur": 2.0}},
            "calibration.'temperatur'",
            "known are temperature, ",
        ),
        (
            {"familiarity": {**FAMILIARITY, "ranges": [RANGE | {"lest": 1}]}},
            "familiarity.ranges.'lest'",
            "known are input_size, typical, least",
        ),
    ],
)
def test_a_key_that_nobody_reads_is_named_with_the_nearest(
    tmp_path: Path, fields: dict[Any, Any], named: str, near: str
) -> None:
    path = write_tiny_bundle(tmp_path / "b", overrides=fields)
    (line,) = load_bundle(path).unread
    assert line.startswith(f"{path / 'model.yaml'}: {named} has no effect: there is no such key; ")
    assert near in line


def test_what_is_read_is_not_named(tmp_path: Path) -> None:
    sections = {"calibration": CALIBRATION, "familiarity": FAMILIARITY, "scores": {"any": {"b": 1}}}
    rare = {"target": "cpu", "output": "logits", "decoding": "image", "input_sizes": [[128, 64]]}
    path = write_tiny_bundle(tmp_path / "b", overrides={**sections, **rare})
    assert load_bundle(path).unread == ()
    for name in shipped_models():
        assert load_bundle(name).unread == ()
