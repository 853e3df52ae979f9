# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Logits to labels and confidence, held against a plain NumPy computation of the definition."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from attendseg_ros.inference.decode import Decoder

NETWORK = (128, 64)


def random_logits(classes: int = 6, height: int = 16, width: int = 32) -> NDArray[np.float32]:
    return np.random.default_rng(1).normal(0.0, 3.0, (classes, height, width)).astype(np.float32)


def weights(coarse: int, fine: int) -> NDArray[np.float64]:
    """The (fine, coarse) matrix of linear interpolation with pixel centres at halves."""
    centres = (np.arange(fine) + 0.5) * coarse / fine - 0.5
    centres = np.clip(centres, 0, coarse - 1)
    left = np.minimum(centres.astype(int), max(coarse - 2, 0))
    matrix = np.zeros((fine, coarse))
    matrix[np.arange(fine), left] = 1.0 - (centres - left)
    matrix[np.arange(fine), np.minimum(left + 1, coarse - 1)] += centres - left
    return matrix


def bilinear(planes: NDArray[np.floating], size: tuple[int, int]) -> NDArray[np.float64]:
    width, height = size
    down, across = weights(planes.shape[1], height), weights(planes.shape[2], width)
    return np.asarray(np.einsum("yh,chw,xw->cyx", down, planes.astype(np.float64), across))


@pytest.mark.parametrize("size", [(128, 64), (64, 32), (100, 50), (128, 17), (32, 16), (7, 5)])
def test_labels_are_the_largest_interpolated_logit(size: tuple[int, int]) -> None:
    logits = random_logits()
    labels, confidence = Decoder(range(6), NETWORK).decode(logits, size)
    fine = bilinear(logits, size)
    assert confidence is None
    assert labels.shape == (size[1], size[0])
    assert labels.dtype == np.uint8
    # Where two classes tie but for rounding, either is right.
    chosen = np.take_along_axis(fine, labels[None].astype(int), axis=0)[0]
    np.testing.assert_allclose(chosen, fine.max(axis=0), atol=1e-4)
    assert (labels == fine.argmax(axis=0)).mean() > 0.999


@pytest.mark.parametrize("size", [(256, 128), (200, 64), (333, 65), (128, 640), (40, 640)])
def test_a_larger_image_gets_the_nearest_label(size: tuple[int, int]) -> None:
    decoder = Decoder(range(6), NETWORK)
    fine_size = (min(size[0], NETWORK[0]), min(size[1], NETWORK[1]))
    logits = random_logits()
    fine, _ = decoder.decode(logits, fine_size)
    rows = (np.arange(size[1]) + 0.5) * fine_size[1] / size[1]
    columns = (np.arange(size[0]) + 0.5) * fine_size[0] / size[0]
    labels, _ = decoder.decode(logits, size)
    expected = fine[rows.astype(int)][:, columns.astype(int)]
    # On the border between two labels, either is the nearest.
    clear = np.ix_(rows % 1 != 0, columns % 1 != 0)
    assert labels.shape == (size[1], size[0])
    np.testing.assert_array_equal(labels[clear], expected[clear])


@pytest.mark.parametrize("size", [(128, 64), (100, 50), (256, 128)])
def test_confidence_is_the_interpolated_probability_of_the_label(size: tuple[int, int]) -> None:
    logits = random_logits()
    labels, confidence = Decoder(range(6), NETWORK).decode(logits, size, confidence=True)
    powers = np.exp(logits.astype(np.float64))
    fine_size = (min(size[0], NETWORK[0]), min(size[1], NETWORK[1]))
    probabilities = bilinear(powers / powers.sum(axis=0), fine_size)
    if size != fine_size:
        probabilities = probabilities.repeat(2, axis=1).repeat(2, axis=2)
    expected = 255.0 * np.take_along_axis(probabilities, labels[None].astype(int), axis=0)[0]
    assert confidence is not None
    assert confidence.dtype == np.uint8
    # Rounded on the coarse grid and along each side of the interpolation.
    assert np.abs(confidence - expected).max() <= 1.5


def test_confidence_does_not_change_the_labels() -> None:
    decoder = Decoder(range(6), NETWORK)
    with_it, _ = decoder.decode(random_logits(), (99, 60), confidence=True)
    without, _ = decoder.decode(random_logits(), (99, 60))
    np.testing.assert_array_equal(with_it, without)


def test_huge_logits_do_not_overflow() -> None:
    logits = random_logits() * np.float32(1e4)
    labels, confidence = Decoder(range(6), NETWORK).decode(logits, (32, 16), confidence=True)
    np.testing.assert_array_equal(labels, logits.argmax(axis=0))
    assert confidence is not None
    assert (confidence == 255).all()


def test_channels_become_the_ids_of_their_classes() -> None:
    ids = [40, 3, 254, 0, 17, 5]
    decoder = Decoder(ids, NETWORK)
    plain, _ = Decoder(range(6), NETWORK).decode(random_logits(), (128, 64))
    labels, _ = decoder.decode(random_logits(), (128, 64))
    np.testing.assert_array_equal(labels, np.array(ids, np.uint8)[plain])
    larger, _ = decoder.decode(random_logits(), (256, 128))
    np.testing.assert_array_equal(larger, labels.repeat(2, axis=0).repeat(2, axis=1))


def test_one_class_and_the_most_classes_work() -> None:
    labels, confidence = Decoder([9], NETWORK).decode(
        random_logits(classes=1), (20, 10), confidence=True
    )
    assert (labels == 9).all()
    assert confidence is not None
    assert (confidence == 255).all()
    many = random_logits(classes=255)
    labels, _ = Decoder(range(255), NETWORK).decode(many, (32, 16))
    np.testing.assert_array_equal(labels, many.argmax(axis=0))


def test_results_belong_to_the_caller() -> None:
    decoder = Decoder(range(6), NETWORK)
    for size in [(128, 64), (256, 128), (50, 30)]:
        first = decoder.decode(random_logits(), size, confidence=True)
        before = [np.copy(array) for array in first if array is not None]
        decoder.decode(-random_logits(), size, confidence=True)
        for array, copy in zip(first, before, strict=True):
            np.testing.assert_array_equal(array, copy)


def test_probabilities_are_taken_as_they_are() -> None:
    shares = np.zeros((2, 4, 6), np.float32)
    shares[0], shares[1] = 0.25, 0.75
    labels, confidence = Decoder([7, 9], (6, 4), "probabilities").decode(
        shares, (6, 4), confidence=True
    )
    assert (labels == 9).all()
    assert confidence is not None
    assert (confidence == round(0.75 * 255)).all()


def test_class_ids_go_to_the_nearest_pixel_and_have_no_confidence() -> None:
    numbers = np.array([[[0.0, 1.0], [2.0, 3.0]]], np.float32)
    labels, confidence = Decoder([4, 255, 6], (2, 2), "class_ids").decode(
        numbers, (4, 4), confidence=True
    )
    assert confidence is None
    expected = np.array([[4, 255], [6, 255]], np.uint8)
    np.testing.assert_array_equal(labels, expected.repeat(2, axis=0).repeat(2, axis=1))


def test_larger_images_get_scores_of_their_own_size_where_asked() -> None:
    """As cv2.resize and argmax have it; at more than four times the pixels, the nearest label."""
    random = np.random.default_rng(0)
    logits = random.normal(size=(5, 6, 8)).astype(np.float32)
    decoder = Decoder(range(5), (16, 12), "logits", at_image_size=True)
    for size in ((30, 22), (32, 24), (12, 20), (8, 6)):
        planes = np.stack([cv2.resize(plane, size) for plane in logits])
        labels, confidence = decoder.decode(logits, size, confidence=True)
        np.testing.assert_array_equal(labels, planes.argmax(axis=0))
        assert confidence is not None
        assert confidence.shape == labels.shape
    plain = Decoder(range(5), (16, 12)).decode(logits, (64, 48))[0]
    np.testing.assert_array_equal(decoder.decode(logits, (64, 48))[0], plain)


def test_a_temperature_divides_the_logits_of_the_confidence() -> None:
    logits = random_logits()
    plain, _ = Decoder(range(6), NETWORK).decode(logits, NETWORK, confidence=True)
    wanted = Decoder(range(6), NETWORK).decode(logits / np.float32(2), NETWORK, confidence=True)[1]
    labels, found = Decoder(range(6), NETWORK, temperature=2.0).decode(
        logits, NETWORK, confidence=True
    )
    np.testing.assert_array_equal(labels, plain)
    assert found is not None
    assert wanted is not None
    assert np.abs(found.astype(int) - wanted).max() <= 1
