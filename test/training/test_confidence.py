# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The calibration error against counting by hand, and the temperature against a known one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from attendseg_ros.inference.decode import Decoder
from attendseg_ros.labels import UNLABELLED
from attendseg_ros.training.confidence import PixelSample, Reliability, fitted_temperature

LIMITS = (0.1, 10.0)
SHAPE = (48, 64)


def test_the_calibration_error_is_the_one_counted_by_hand() -> None:
    confidence = np.array([[255] * 6, [51] * 6], np.uint8)
    truth = np.array([[1, 1, 1, 2, 2, UNLABELLED], [1, 2, 2, 2, 2, UNLABELLED]], np.uint8)
    counts = Reliability()
    counts.update(np.ones((2, 6), np.uint8), confidence, truth)
    # Sure, and right 3 times of 5; 20 % sure, and right once of 5.
    assert counts.pixels == 10
    assert counts.expected_error == pytest.approx(0.5 * 0.4 + 0.5 * 0.0)


def test_doubts_on_both_sides_of_a_bin_do_not_hide_each_other() -> None:
    counts = Reliability()
    sure = np.array([[250, 10]], np.uint8)
    counts.update(np.zeros((1, 2), np.uint8), sure, np.array([[1, 0]], np.uint8))
    assert counts.expected_error == pytest.approx((250 / 255 + 245 / 255) / 2)


def test_without_a_labelled_pixel_there_is_no_error_to_tell() -> None:
    assert math.isnan(Reliability().expected_error)


def drawn(temperature: float, classes: int = 5) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Logits, and truths drawn from their softmax at a temperature."""
    random = np.random.default_rng(4)
    logits = random.normal(0.0, 3.0, (classes, *SHAPE)).astype(np.float32)
    powers = np.exp(logits.astype(np.float64) / temperature)
    edges = np.cumsum(powers / powers.sum(axis=0), axis=0)
    truth = (random.random(SHAPE) > edges).sum(axis=0)
    return logits, np.minimum(truth, classes - 1).astype(np.uint8)


def sample_of(logits: NDArray[np.float32], truth: NDArray[np.uint8]) -> PixelSample:
    fine = (truth.shape[1], truth.shape[0])
    return PixelSample.of(logits, truth, fine, truth.size, np.random.default_rng(0))


@pytest.mark.parametrize("temperature", [0.6, 1.0, 2.5])
def test_the_temperature_that_made_the_truth_is_found(temperature: float) -> None:
    found = fitted_temperature(sample_of(*drawn(temperature)), LIMITS)
    assert found == pytest.approx(temperature, rel=0.1)


@pytest.mark.parametrize("image_size", [(64, 48), (100, 80), (40, 30)])
def test_the_loss_is_that_of_the_confidence_that_the_decoder_gives(
    image_size: tuple[int, int],
) -> None:
    width, height = image_size
    logits, _ = drawn(1.0)
    truth = np.random.default_rng(1).integers(0, 5, (height, width)).astype(np.uint8)
    truth[: height // 4] = UNLABELLED
    decoder = Decoder(range(5), (80, 64), temperature=1.7)
    labels, confidence = decoder.decode(logits, image_size, confidence=True)
    assert confidence is not None
    known = truth != UNLABELLED
    sure = np.clip(confidence[known] / 255.0, 1 / 510, 1 - 1 / 510)
    wanted = -np.log(np.where((labels == truth)[known], sure, 1.0 - sure)).mean()
    sample = PixelSample.of(
        logits, truth, decoder.fine_size(image_size), truth.size, np.random.default_rng(0)
    )
    assert len(sample.right) == known.sum()
    assert sample.loss(1.7) == pytest.approx(wanted, rel=0.02)
