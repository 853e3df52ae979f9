# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How foreign an image is: where 0 and 1 lie, at which input sizes, and when it is not known."""

from __future__ import annotations

from math import isnan, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.familiar_bundle import CALIBRATION, FAMILIARITY
from support.tiny_bundle import painted, stripes, write_tiny_bundle

from attendseg_ros.errors import BundleError
from attendseg_ros.inference import Segmenter, load_bundle
from attendseg_ros.inference.familiarity import Familiarity, FamiliarRange, mean_largest

KNOWN = Familiarity(
    ranges=(FamiliarRange((128, 64), 8.0, 6.0), FamiliarRange((64, 64), 4.0, 3.0)),
    held_out="val",
    seen_in_training=False,
    images=100,
    training_images=200,
    false_alarms=0.01,
)


def logits_of(largest: float, height: int = 16, width: int = 32) -> np.ndarray[Any, Any]:
    return np.stack([np.full((height, width), value, np.float32) for value in (-9.0, largest)])


@pytest.mark.parametrize(
    ("largest", "size", "wanted"),
    [
        (8.0, (128, 64), 0.0),
        (6.0, (128, 64), 1.0),
        (2.0, (128, 64), 3.0),
        (9.0, (128, 64), -0.5),
        (3.0, (64, 64), 1.0),
        # Of the sizes that were measured the nearest counts.
        (6.0, (192, 64), 1.0),
        (3.0, (64, 32), 1.0),
        # Beyond twice the pixels, none was.
        (6.0, (320, 64), nan),
        (6.0, (32, 32), nan),
    ],
)
def test_nought_is_typical_and_one_the_limit(
    largest: float, size: tuple[int, int], wanted: float
) -> None:
    found = KNOWN.foreignness(logits_of(largest), size)
    assert found == pytest.approx(wanted, nan_ok=True)


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (24, 24), (47, 96), (512, 512)])
def test_grids_of_any_shape_are_looked_at(shape: tuple[int, int]) -> None:
    assert mean_largest(logits_of(5.0, *shape)) == 5.0


def test_the_segmenter_tells_it_of_each_image_alone(tmp_path: Path) -> None:
    model = write_tiny_bundle(tmp_path / "b", overrides={"familiarity": FAMILIARITY})
    own = painted(stripes(128, 64))
    foreign = np.full_like(own, 128)
    with Segmenter.load(model, "onnxruntime", 1) as segmenter:
        assert segmenter.segment(own).foreignness < 1.0
        # An average over time is of several images.
        for stamp in (1, 2, 3):
            segmenter.segment(own, smoothing=0.9, stamp_ns=stamp)
        averaged = segmenter.segment(foreign, smoothing=0.9, stamp_ns=4).foreignness
        assert averaged == segmenter.segment(foreign).foreignness
        assert averaged > 1.0


def test_a_bundle_without_ranges_knows_nothing(tmp_path: Path) -> None:
    with Segmenter.load(write_tiny_bundle(tmp_path / "b"), "onnxruntime", 1) as segmenter:
        assert isnan(segmenter.segment(painted(stripes(128, 64))).foreignness)


def test_the_temperature_changes_the_confidence_and_no_label(
    engine_name: str, tmp_path: Path
) -> None:
    image = painted(stripes(128, 64))
    plain = write_tiny_bundle(tmp_path / "plain")
    scaled = write_tiny_bundle(tmp_path / "scaled", overrides={"calibration": CALIBRATION})
    found = []
    for model in (plain, scaled):
        with Segmenter.load(model, engine_name, 1) as segmenter:
            found.append(segmenter.segment(image, confidence=True))
    np.testing.assert_array_equal(found[0].labels, found[1].labels)
    assert found[0].confidence is not None
    assert found[1].confidence is not None
    assert found[1].confidence.mean() < found[0].confidence.mean() - 20


BAD = [
    ("calibration", {"temperature": 0.0}, "calibration.temperature must be from 0.1 to 10.0"),
    ("calibration", {"temperature": nan}, "calibration.temperature must be a number"),
    ("calibration", {"ece_after": 1.5}, "calibration.ece_after must be a number from 0 to 1"),
    ("calibration", {"seen_in_training": 1}, "calibration.seen_in_training must be true or false"),
    ("familiarity", {"ranges": []}, "familiarity.ranges must be a list of mappings"),
    (
        "familiarity",
        {"ranges": [{"input_size": [128, 64], "typical": 3.0, "least": 3.0}]},
        "familiarity.ranges.least must be less than typical, 3",
    ),
    (
        "familiarity",
        {"ranges": [{"input_size": [128], "typical": 3.0, "least": 2.0}]},
        "familiarity.ranges.input_size must be [width, height]",
    ),
]


@pytest.mark.parametrize(("section", "change", "words"), BAD)
def test_wrong_figures_are_refused_in_one_line(
    section: str, change: dict[str, Any], words: str, tmp_path: Path
) -> None:
    right = {"calibration": CALIBRATION, "familiarity": FAMILIARITY}[section]
    path = write_tiny_bundle(tmp_path / "b", overrides={section: {**right, **change}})
    with pytest.raises(BundleError) as caught:
        load_bundle(path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_probabilities_take_no_temperature(tmp_path: Path) -> None:
    overrides = {"output": "probabilities", "calibration": CALIBRATION}
    with pytest.raises(BundleError, match=r"temperature must be 1.0 for a model that gives prob"):
        load_bundle(write_tiny_bundle(tmp_path / "b", overrides=overrides))
