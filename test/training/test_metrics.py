# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Scores against hand-computed ones."""

from __future__ import annotations

import math

import numpy as np
import pytest

from attendseg_ros.training.metrics import ConfusionMatrix


def image(*values: int) -> np.ndarray:
    return np.array([values], dtype=np.uint8)


def test_scores_of_a_case_worked_out_by_hand() -> None:
    confusion = ConfusionMatrix(3)
    confusion.update(image(0, 0, 1, 1), image(0, 1, 1, 255))
    assert confusion.pixel_accuracy == pytest.approx(2 / 3)
    iou = confusion.per_class_iou
    assert iou[0] == pytest.approx(1 / 2)
    assert iou[1] == pytest.approx(1 / 2)
    assert math.isnan(iou[2])
    assert confusion.mean_iou == pytest.approx(1 / 2)


def test_images_are_scored_together() -> None:
    apart, together = ConfusionMatrix(2), ConfusionMatrix(2)
    apart.update(image(0, 0, 0), image(0, 0, 1))
    apart.update(image(1), image(1))
    together.update(image(0, 0, 0, 1), image(0, 0, 1, 1))
    assert np.array_equal(apart.counts, together.counts)


def test_predicting_nothing_is_wrong_where_there_is_something() -> None:
    confusion = ConfusionMatrix(2)
    confusion.update(image(255, 0), image(0, 0))
    assert confusion.pixel_accuracy == pytest.approx(1 / 2)
    assert confusion.per_class_iou[0] == pytest.approx(1 / 2)


def test_a_class_that_the_truth_lacks_costs_its_pixels_and_no_more() -> None:
    confusion = ConfusionMatrix(3)
    confusion.update(image(0, 2, 1, 1), image(0, 0, 1, 1))
    assert math.isnan(confusion.per_class_iou[2])
    assert confusion.mean_iou == pytest.approx((1 / 2 + 1) / 2)


def test_unlabelled_truth_does_not_count() -> None:
    confusion = ConfusionMatrix(2)
    confusion.update(image(0, 1), image(255, 255))
    assert math.isnan(confusion.pixel_accuracy)
    assert math.isnan(confusion.mean_iou)


def test_refuses_sizes_that_differ() -> None:
    with pytest.raises(ValueError, match=r"\(1, 2\).*\(1, 3\)"):
        ConfusionMatrix(2).update(image(0, 0), image(0, 0, 0))
