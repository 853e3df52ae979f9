# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Class mix: what is pasted, what is left, and what nobody labelled."""

from __future__ import annotations

import numpy as np

from attendseg_ros.labels import UNLABELLED
from attendseg_ros.training.augmentation import Pair
from attendseg_ros.training.class_mix import mix_classes, rare_classes

COMMON, RARE = 0, 1


def image(grey: int, labels: np.ndarray) -> Pair:
    return np.full((*labels.shape, 3), grey, np.uint8), labels.astype(np.uint8)


def with_a_gap() -> np.ndarray:
    """A rare bar three pixels wide whose middle nobody labelled."""
    labels = np.zeros((9, 12))
    labels[:, 5:8] = RARE
    labels[4, 6] = UNLABELLED
    return labels


def all_chosen() -> np.random.Generator:
    """A generator whose first draw is below the share that is taken."""
    seeds = (s for s in range(100) if np.random.default_rng(s).random(1)[0] < 0.6)
    return np.random.default_rng(next(seeds))


def test_classes_below_half_of_an_even_share_are_rare() -> None:
    assert rare_classes(np.array([800, 100, 60, 40])).tolist() == [1, 2, 3]
    assert rare_classes(np.array([10, 10, 10])).tolist() == []


def test_the_rare_comes_with_its_pixels_and_the_rest_stays() -> None:
    onto = image(10, np.zeros((9, 12)))
    rgb, labels = mix_classes(
        onto, image(200, with_a_gap()), np.array([RARE], np.uint8), all_chosen()
    )
    bar = np.zeros((9, 12), bool)
    bar[:, 5:8] = True
    assert (rgb[bar] == 200).all()
    assert (rgb[~bar] == 10).all()
    assert (labels[~bar] == COMMON).all()
    assert labels[4, 6] == UNLABELLED
    assert (labels[bar] == RARE).sum() == bar.sum() - 1


def test_the_given_images_are_not_written_to() -> None:
    onto, source = image(10, np.zeros((9, 12))), image(200, with_a_gap())
    before = onto[0].copy(), onto[1].copy()
    mix_classes(onto, source, np.array([RARE], np.uint8), all_chosen())
    np.testing.assert_array_equal(onto[0], before[0])
    np.testing.assert_array_equal(onto[1], before[1])


def test_what_is_not_rare_is_never_cut_out() -> None:
    onto = image(10, np.full((9, 12), 3))
    for seed in range(20):
        rgb, labels = mix_classes(
            onto, image(200, np.zeros((9, 12))), np.array([RARE], np.uint8),
            np.random.default_rng(seed),
        )  # fmt: skip
        assert (rgb == 10).all()
        assert (labels == 3).all()
