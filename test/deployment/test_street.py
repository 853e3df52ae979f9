# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The shipped bundle keeps what it promises: size, 8 bits, and scores on what it has not seen."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from attendseg_ros.deployment.inspection import eight_bit_convolutions
from attendseg_ros.deployment.scoring import score
from attendseg_ros.inference import Bundle, Segmenter, load_bundle
from attendseg_ros.training.dataset import LabelledSet

LARGEST_PARAMETERS = 1_000_000
MOST_MACS = 1_000_000_000
LARGEST_LOSS = 0.005
"""Of mean IoU, by quantization."""

# On images that training never saw.
LEAST_MEAN_IOU, LEAST_PIXEL_ACCURACY = 0.72, 0.94
LEAST_MEAN_IOU_ELSEWHERE = 0.65


@pytest.fixture(scope="module")
def street() -> Bundle:
    return load_bundle("street")


@pytest.fixture(scope="module")
def train_only(repository: Path) -> Bundle:
    """The network that the scores on val are quoted of."""
    return load_bundle(repository / "benchmark" / "models" / "street_train_only")


@pytest.fixture(params=["street", "train_only"])
def bundle(request: pytest.FixtureRequest) -> Bundle:
    found: Bundle = request.getfixturevalue(request.param)
    return found


def test_is_within_its_budget(bundle: Bundle) -> None:
    assert bundle.precision == "int8"
    assert bundle.counts.parameters <= LARGEST_PARAMETERS
    assert bundle.counts.weight_bytes <= LARGEST_PARAMETERS
    assert bundle.counts.macs <= MOST_MACS


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_runs_in_8_bits(engine: str, street: Bundle) -> None:
    count, total = eight_bit_convolutions(street, engine)
    assert count == total > 50


def test_the_scores_are_of_images_that_it_was_not_trained_on(bundle: Bundle) -> None:
    assert not bundle.scores["trained_on_split"]


def test_scores_enough_in_towns_that_no_training_saw(street: Bundle) -> None:
    scores = street.scores["int8"]
    assert scores["mean_iou"] >= LEAST_MEAN_IOU_ELSEWHERE
    assert scores["mean_iou"] >= street.scores["torch"]["mean_iou"] - LARGEST_LOSS


def test_scores_enough_on_what_it_has_not_seen(train_only: Bundle) -> None:
    scores = train_only.scores["int8"]
    assert scores["mean_iou"] >= LEAST_MEAN_IOU
    assert scores["pixel_accuracy"] >= LEAST_PIXEL_ACCURACY
    assert scores["mean_iou"] >= train_only.scores["torch"]["mean_iou"] - LARGEST_LOSS


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_scores_what_it_says(engine: str, train_only: Bundle, shared_dir: Path) -> None:
    labelled = LabelledSet(shared_dir / "data" / "camvid", "val", train_only.classes)
    with closing(Segmenter(train_only, engine)) as segmenter:
        found = score(segmenter, labelled)
    # Engines and processors round differently; more than the last digits would be another network.
    said = train_only.scores["int8"]
    assert found.mean_iou == pytest.approx(said["mean_iou"], abs=0.003)
    assert found.pixel_accuracy == pytest.approx(said["pixel_accuracy"], abs=0.002)
