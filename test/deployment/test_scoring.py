# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Scores of a bundle whose answers are known, against a count by hand."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.deployment.scoring import Scores, score, scores_section
from attendseg_ros.inference import Segmenter, load_bundle
from attendseg_ros.labels import ClassTable
from attendseg_ros.training.dataset import LabelledSet

# Ids neither from 0 nor in order: channel 0 of the network stands for class 7.
CLASSES = ClassTable.from_mapping(
    {
        "classes": [
            {"id": 7, "name": "red", "color": [255, 0, 0]},
            {"id": 2, "name": "green", "color": [0, 255, 0]},
            {"id": 4, "name": "blue", "color": [0, 0, 255]},
        ],
        "ignored_ids": [9],
    }
)


def test_scores_are_those_counted_by_hand(tmp_path: Path) -> None:
    bundle = load_bundle(write_tiny_bundle(tmp_path / "tiny", classes=CLASSES))
    (tmp_path / "set/val").mkdir(parents=True)
    (tmp_path / "set/valannot").mkdir()
    # The network sees red on the left half, green on the right. The truth: of 128 columns 64 are
    # red, then 32 green, 16 red, 16 unlabelled.
    shown = np.full((64, 128), 7, np.uint8)
    shown[:, 64:] = 2
    truth = np.full((64, 128), 7, np.uint8)
    truth[:, 64:96] = 2
    truth[:, 112:] = 9
    rgb = CLASSES.palette()[shown]
    cv2.imwrite(str(tmp_path / "set/val/a.png"), rgb[..., ::-1])
    cv2.imwrite(str(tmp_path / "set/valannot/a.png"), truth)
    labelled = LabelledSet(tmp_path / "set", "val", CLASSES)
    with closing(Segmenter(bundle, "onnxruntime", 1)) as segmenter:
        found = score(segmenter, labelled)
    assert found.images == 1
    assert found.pixel_accuracy == pytest.approx(96 / 112)
    assert found.mean_iou == pytest.approx((64 / 80 + 32 / 48) / 2)
    assert found.per_class_iou["red"] == pytest.approx(64 / 80)
    assert found.per_class_iou["green"] == pytest.approx(32 / 48)
    assert found.per_class_iou["blue"] is None


def test_a_bundle_tells_four_digits_and_what_was_not_seen() -> None:
    before = Scores(1 / 3, 0.5, {"red": 2 / 3, "blue": None}, images=7)
    after = Scores(1.0, None, {"red": 0.12344, "blue": None}, images=7)
    assert scores_section("val", True, before, after, "int8") == {
        "split": "val",
        "trained_on_split": True,
        "images": 7,
        "torch": {
            "mean_iou": 0.5,
            "pixel_accuracy": 0.3333,
            "per_class_iou": {"red": 0.6667, "blue": None},
        },
        "int8": {
            "mean_iou": None,
            "pixel_accuracy": 1.0,
            "per_class_iou": {"red": 0.1234, "blue": None},
        },
    }
