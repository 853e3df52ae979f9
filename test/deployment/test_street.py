# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The shipped bundle keeps what it promises: size, 8 bits, and scores on CamVid's val split."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from attendseg_ros.deployment.inspection import eight_bit_convolutions
from attendseg_ros.deployment.scoring import score
from attendseg_ros.inference import Bundle, Segmenter, load_bundle
from attendseg_ros.training.dataset import LabelledSet

LARGEST_PARAMETERS = 1_190_000
LEAST_MEAN_IOU = 0.60
LARGEST_LOSS = 0.01


@pytest.fixture(scope="module")
def street() -> Bundle:
    return load_bundle("street")


def test_is_within_its_budget(street: Bundle) -> None:
    assert street.precision == "int8"
    assert street.counts.parameters <= LARGEST_PARAMETERS
    assert street.counts.weight_bytes <= LARGEST_PARAMETERS


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_runs_in_8_bits(engine: str, street: Bundle) -> None:
    count, total = eight_bit_convolutions(street, engine)
    assert count == total > 50


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_scores_what_it_says(engine: str, street: Bundle, shared_dir: Path) -> None:
    labelled = LabelledSet(shared_dir / "data" / "camvid", "val", street.classes)
    with closing(Segmenter(street, engine)) as segmenter:
        found = score(segmenter, labelled)
    assert found.mean_iou is not None
    assert found.mean_iou >= LEAST_MEAN_IOU
    assert found.mean_iou >= street.scores["torch"]["mean_iou"] - LARGEST_LOSS
    # Engines and processors round differently; more than the last digits would be another network.
    assert found.mean_iou == pytest.approx(street.scores["int8"]["mean_iou"], abs=0.003)
    assert found.pixel_accuracy == pytest.approx(street.scores["int8"]["pixel_accuracy"], abs=0.002)
