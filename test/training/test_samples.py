# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Class weights: rare classes count more, by as much as the offset says."""

from __future__ import annotations

import numpy as np
import pytest

from attendseg_ros.labels import UNLABELLED
from attendseg_ros.training.augmentation import Pair
from attendseg_ros.training.samples import class_weights


class Shares:
    """One image: 9 of 10 labelled pixels are class 0, 1 is class 1, none is class 2."""

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> Pair:
        labels = np.array([[0] * 9 + [1], [UNLABELLED] * 10], np.uint8)
        return np.zeros((2, 10, 3), np.uint8), labels


def test_weights_follow_the_formula_and_have_a_mean_of_1() -> None:
    weights = class_weights(Shares(), 3, 1.1).numpy()
    expected = 1.0 / np.log(1.1 + np.array([0.9, 0.1, 0.0]))
    np.testing.assert_allclose(weights, expected / expected.mean(), rtol=1e-6)
    assert weights.mean() == pytest.approx(1.0)


def test_an_offset_nearer_to_1_lifts_the_rare_more() -> None:
    mild, strong = (class_weights(Shares(), 2, offset).numpy() for offset in (1.1, 1.02))
    assert 1.0 < mild[1] / mild[0] < strong[1] / strong[0]
