# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Augmentation keeps image and labels together."""

from __future__ import annotations

import numpy as np
import pytest

from attendseg_ros.labels import UNLABELLED
from attendseg_ros.training.augmentation import PADDING_VALUE, Augmentation, Pair

PLAIN = {"max_colour_shift": 0.0, "blur_probability": 0.0, "noise_deviation": 0.0}


@pytest.fixture
def pair() -> Pair:
    labels = np.zeros((60, 80), np.uint8)
    labels[10:40, 5:45] = 1
    return np.where(labels[..., None] == 1, 240, 20).astype(np.uint8).repeat(3, axis=2), labels


@pytest.mark.parametrize("seed", range(20))
def test_image_and_labels_stay_aligned(pair: Pair, seed: int) -> None:
    augment = Augmentation(full_size=(160, 120), crop_size=(128, 64), **PLAIN)
    rgb, labels = augment(pair, np.random.default_rng(seed))
    assert rgb.shape == (64, 128, 3)
    assert labels.shape == (64, 128)
    labelled = labels != UNLABELLED
    agree = (rgb[..., 0] > 130) == (labels == 1)
    assert agree[labelled].mean() > 0.93, "only edges may differ"


def test_what_hangs_over_the_image_is_padded_and_unlabelled(pair: Pair) -> None:
    augment = Augmentation((40, 30), (128, 64), min_zoom=1.0, max_zoom=1.0, **PLAIN)
    rgb, labels = augment(pair, np.random.default_rng(0))
    padding = (rgb == PADDING_VALUE).all(axis=2)
    assert padding.mean() > 0.5
    assert (labels[padding] == UNLABELLED).all()


def test_same_generator_state_same_view(pair: Pair) -> None:
    augment = Augmentation((160, 120), (128, 64))
    first = augment(pair, np.random.default_rng(3))
    second = augment(pair, np.random.default_rng(3))
    other = augment(pair, np.random.default_rng(4))
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])
    assert not np.array_equal(first[0], other[0])


def test_views_are_mirrored_half_of_the_time(pair: Pair) -> None:
    augment = Augmentation((80, 60), (80, 60), min_zoom=1.0, max_zoom=1.0, max_stretch=1.0, **PLAIN)
    mirrored = sum(
        bool(augment(pair, np.random.default_rng(seed))[1][20, 70] == 1) for seed in range(60)
    )
    assert 15 <= mirrored <= 45


def test_colours_change_and_stay_in_range(pair: Pair) -> None:
    augment = Augmentation((80, 60), (80, 60), min_zoom=1.0, max_zoom=1.0, max_stretch=1.0)
    means = [float(augment(pair, np.random.default_rng(seed))[0].mean()) for seed in range(10)]
    assert np.std(means) > 3.0


@pytest.mark.parametrize("seed", range(8))
def test_turned_views_stay_aligned_and_show_every_side(pair: Pair, seed: int) -> None:
    augment = Augmentation((160, 120), (128, 64), max_rotation_deg=180.0, **PLAIN)
    rgb, labels = augment(pair, np.random.default_rng(seed))
    labelled = labels != UNLABELLED
    agree = (rgb[..., 0] > 130) == (labels == 1)
    assert agree[labelled].mean() > 0.93, "only edges may differ"


def test_rotation_turns_what_lies_on_the_right_to_any_side() -> None:
    labels = np.zeros((64, 64), np.uint8)
    labels[:, 48:] = 1
    source = labels[..., None].repeat(3, axis=2), labels
    augment = Augmentation(
        (64, 64),
        (64, 64),
        min_zoom=1.0,
        max_zoom=1.0,
        max_stretch=1.0,
        max_rotation_deg=180.0,
        **PLAIN,
    )
    sides = set()
    for seed in range(40):
        _, turned = augment(source, np.random.default_rng(seed))
        rows, columns = np.nonzero(turned == 1)
        offset = np.array([rows.mean() - 31.5, columns.mean() - 31.5])
        axis = int(np.abs(offset).argmax())
        sides.add((axis, bool(offset[axis] > 0)))
    assert len(sides) == 4


def test_strong_shrinking_averages_instead_of_skipping() -> None:
    checkers = (np.indices((400, 400)).sum(axis=0) % 2 * 255).astype(np.uint8)
    source = checkers[..., None].repeat(3, axis=2), np.zeros((400, 400), np.uint8)
    augment = Augmentation(
        (100, 100), (64, 64), min_zoom=1.0, max_zoom=1.0, max_stretch=1.0, **PLAIN
    )
    rgb, _ = augment(source, np.random.default_rng(0))
    assert np.abs(rgb.astype(int) - 127).max() <= 8
