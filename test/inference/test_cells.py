# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Labels of mixed cells, held against the definition at every pixel."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from attendseg_ros.inference.cells import CellDecoder
from attendseg_ros.inference.decode import Decoder

COARSE = (36, 24)


def regions(classes: int = 6, seed: int = 0) -> NDArray[np.float32]:
    """Logits (C, h, w) whose winners form regions, with corners between three and more."""
    noise = np.random.default_rng(seed).normal(0.0, 3.0, (classes, COARSE[1], COARSE[0]))
    return np.stack([cv2.GaussianBlur(plane, (0, 0), 3.0) for plane in noise]).astype(np.float32)


def interpolated(planes: NDArray[np.floating], factors: tuple[int, int]) -> NDArray[np.float64]:
    size = (COARSE[0] * factors[0], COARSE[1] * factors[1])
    return np.stack([cv2.resize(plane.astype(np.float64), size) for plane in planes])


@pytest.mark.parametrize("factors", [(4, 4), (2, 2), (8, 4), (2, 6), (16, 16)])
@pytest.mark.parametrize("classes", [2, 6, 21])
def test_every_pixel_has_the_largest_interpolated_logit(
    factors: tuple[int, int], classes: int
) -> None:
    logits = regions(classes)
    fine = interpolated(logits, factors)
    picked = CellDecoder(COARSE, factors).pick(logits, None)
    assert picked is not None
    labels, certainty = picked
    assert certainty is None
    assert labels.shape == fine.shape[1:]
    assert labels.flags.c_contiguous
    # Where two classes tie but for rounding, either is right.
    chosen = np.take_along_axis(fine, labels[None].astype(int), axis=0)[0]
    np.testing.assert_allclose(chosen, fine.max(axis=0), atol=1e-5)
    assert (labels == fine.argmax(axis=0)).mean() > 0.999
    assert len(np.unique(labels)) > classes * 0.8


@pytest.mark.parametrize("factors", [(4, 4), (2, 6)])
def test_the_confidence_is_the_interpolated_probability_of_the_winner(
    factors: tuple[int, int],
) -> None:
    logits = regions()
    powers = np.exp(logits)
    probabilities = np.rint(255.0 * powers / powers.sum(axis=0)).astype(np.uint8)
    picked = CellDecoder(COARSE, factors).pick(logits, probabilities)
    assert picked is not None
    labels, certainty = picked
    assert certainty is not None
    fine = interpolated(probabilities, factors)
    expected = np.take_along_axis(fine, labels[None].astype(int), axis=0)[0]
    assert certainty.dtype == np.uint8
    assert np.abs(certainty - expected).max() <= 1.0


def test_a_class_that_wins_at_no_corner_may_win_in_between() -> None:
    logits = np.full((3, 2, 2), -9.0, np.float32)
    logits[0, :, 0], logits[2, :, 1], logits[1] = 1.0, 1.0, 0.9
    # Such small planes are all border and mixed cells: more of the same on both sides.
    wide = np.concatenate([logits[:, :, :1].repeat(9, 2), logits[:, :, 1:].repeat(9, 2)], axis=2)
    picked = CellDecoder((18, 2), (4, 4)).pick(np.ascontiguousarray(wide), None)
    assert picked is not None
    assert set(np.unique(picked[0])) == {0, 1, 2}
    assert (picked[0][:, 34:38] == 1).all()


def test_one_class_everywhere_is_that_class_everywhere() -> None:
    logits = np.zeros((3, COARSE[1], COARSE[0]), np.float32)
    logits[2] = 1.0
    probabilities = np.full(logits.shape, 70, np.uint8)
    picked = CellDecoder(COARSE, (4, 4)).pick(logits, probabilities)
    assert picked is not None
    labels, certainty = picked
    assert certainty is not None
    assert labels.shape == certainty.shape == (96, 144)
    assert (labels == 2).all()
    assert (certainty == 70).all()


def test_the_first_of_equals_wins() -> None:
    logits = np.zeros((4, COARSE[1], COARSE[0]), np.float32)
    logits[0] = -1.0
    picked = CellDecoder(COARSE, (4, 4)).pick(logits, None)
    assert picked is not None
    assert (picked[0] == 1).all()


def test_what_is_mixed_everywhere_is_left_to_whole_planes() -> None:
    logits = np.random.default_rng(0).normal(size=(5, COARSE[1], COARSE[0])).astype(np.float32)
    assert CellDecoder(COARSE, (4, 4)).pick(logits, None) is None
    size = (144, 96)
    labels, _ = Decoder(range(5), size).decode(logits, size)
    fine = interpolated(logits, (4, 4))
    assert (labels == fine.argmax(axis=0)).mean() > 0.999


@pytest.mark.parametrize("fine", [(108, 72), (36, 24), (150, 96), (144, 90), (18, 12)])
def test_other_than_even_factors_are_left_to_whole_planes(fine: tuple[int, int]) -> None:
    assert CellDecoder.between(COARSE, fine) is None
    logits = regions()
    labels, _ = Decoder(range(6), (144, 96)).decode(logits, fine)
    assert labels.shape == (fine[1], fine[0])
