# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Batches that mix classes, and class weights that lift the rare ones."""

from __future__ import annotations

import numpy as np
import pytest

from attendseg_ros.labels import UNLABELLED
from attendseg_ros.training.augmentation import Augmentation, Pair
from attendseg_ros.training.samples import Batches, class_weights
from attendseg_ros.training.survey import survey


class Shares:
    """One image: 9 of 10 labelled pixels are class 0, 1 is class 1, none is class 2."""

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> Pair:
        labels = np.array([[0] * 9 + [1], [UNLABELLED] * 10], np.uint8)
        return np.zeros((2, 10, 3), np.uint8), labels


def test_weights_follow_the_formula_and_have_a_mean_of_1() -> None:
    weights = class_weights(survey(Shares(), 3).counts, 1.1).numpy()
    expected = 1.0 / np.log(1.1 + np.array([0.9, 0.1, 0.0]))
    np.testing.assert_allclose(weights, expected / expected.mean(), rtol=1e-6)
    assert weights.mean() == pytest.approx(1.0)


def test_an_offset_nearer_to_1_lifts_the_rare_more() -> None:
    counts = survey(Shares(), 2).counts
    mild, strong = (class_weights(counts, offset).numpy() for offset in (1.1, 1.02))
    assert 1.0 < mild[1] / mild[0] < strong[1] / strong[0]


class BarAndPlain:
    """Image 0 is all class 0; image 1 has, besides, a tall bar of class 1."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> Pair:
        labels = np.zeros((64, 64), np.uint8)
        if index == 1:
            labels[:, 24:40] = 1
        return np.full((64, 64, 3), 100, np.uint8), labels


def bars_seen(mix_share: float) -> list[bool]:
    """For each image of twenty epochs, whether it shows the bar."""
    batches = Batches(
        BarAndPlain(),
        None,
        0.0,
        Augmentation((64, 64), (64, 64), min_zoom=1.0, max_zoom=1.0, max_stretch=1.0),
        2,
        seed=0,
        mix_share=mix_share,
        rare=np.array([1], np.uint8),
    )
    return [bool((ids == 1).any()) for e in range(20) for _, b in batches.epoch(e) for ids in b]


def test_mixing_shows_the_rare_in_more_images() -> None:
    assert sum(bars_seen(0.0)) == 20
    assert sum(bars_seen(1.0)) > 20


def test_mixing_is_a_function_of_seed_and_epoch() -> None:
    assert bars_seen(0.5) == bars_seen(0.5)
