# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which labels of an image are sure enough and wanted."""

from __future__ import annotations

import numpy as np

from attendseg_ros.inference import Segmentation, StageTimes

LABELS = np.array([[0, 1], [2, 0]], np.uint8)
CONFIDENCE = np.array([[255, 255], [255, 51]], np.uint8)
TIMES = StageTimes(1.0, 2.0, 3.0)
SURE = Segmentation(LABELS, CONFIDENCE, TIMES, (64, 64))


def test_without_a_wish_every_label_stays() -> None:
    np.testing.assert_array_equal(SURE.mask(), LABELS)


def test_what_is_less_sure_is_unlabelled() -> None:
    np.testing.assert_array_equal(SURE.mask(min_confidence=0.5), [[0, 1], [2, 255]])


def test_classes_that_are_not_kept_are_unlabelled() -> None:
    np.testing.assert_array_equal(SURE.mask(kept_ids=(0, 2)), [[0, 255], [2, 0]])


def test_both_together() -> None:
    np.testing.assert_array_equal(SURE.mask(0.5, (0,)), [[0, 255], [255, 255]])


def test_class_ids_alone_are_never_too_unsure() -> None:
    unknown = Segmentation(LABELS, None, TIMES, (64, 64))
    np.testing.assert_array_equal(unknown.mask(min_confidence=0.5), LABELS)
