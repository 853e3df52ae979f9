# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Masks to colours and overlays, and the picking of classes and of certain pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from attendseg_ros.errors import ImageError
from attendseg_ros.labels import (
    UNLABELLED,
    ClassTable,
    blend,
    colorize,
    drop_uncertain,
    keep_classes,
)

PALETTE = ClassTable.load("camvid").palette()


def random_labels(height: int, width: int) -> NDArray[np.uint8]:
    labels = np.random.default_rng(height * width).integers(0, 12, (height, width), np.uint8)
    labels[labels == 11] = UNLABELLED
    return labels


def random_rgb(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(height + width).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 7), (7, 1), (481, 641)])
def test_colorize_gives_every_pixel_the_colour_of_its_id(height: int, width: int) -> None:
    labels = random_labels(height, width)
    colors = colorize(labels, PALETTE)
    assert colors.dtype == np.uint8
    np.testing.assert_array_equal(colors, PALETTE[labels])


def test_colorize_reads_a_view_with_padded_rows() -> None:
    padded = random_labels(40, 64)
    np.testing.assert_array_equal(colorize(padded[:, :50], PALETTE), PALETTE[padded[:, :50]])


def test_results_go_into_the_given_buffer() -> None:
    labels, rgb = random_labels(30, 41), random_rgb(30, 41)
    colors, overlay = np.zeros((30, 41, 3), np.uint8), np.zeros((30, 41, 3), np.uint8)
    assert colorize(labels, PALETTE, out=colors) is colors
    np.testing.assert_array_equal(colors, PALETTE[labels])
    assert blend(rgb, colors, 0.3, out=overlay) is overlay
    np.testing.assert_array_equal(overlay, blend(rgb, colors, 0.3))


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 9), (9, 1), (2, 3)])
def test_blend_takes_the_smallest_images(height: int, width: int) -> None:
    rgb = random_rgb(height, width)
    color_mask = np.full_like(rgb, 100)
    np.testing.assert_array_equal(blend(rgb, color_mask, 0.0), rgb)
    np.testing.assert_array_equal(blend(rgb, color_mask, 1.0), color_mask)
    np.testing.assert_array_equal(blend(rgb, np.zeros_like(rgb), 0.7), rgb)


@pytest.mark.parametrize("alpha", [0.0, 0.25, 0.5, 0.9, 1.0])
def test_blend_mixes_labelled_pixels_and_keeps_the_others(alpha: float) -> None:
    labels, rgb = random_labels(33, 47), random_rgb(33, 47)
    overlay = blend(rgb, colorize(labels, PALETTE), alpha)
    labelled = labels != UNLABELLED
    assert labelled.any()
    assert not labelled.all()
    np.testing.assert_array_equal(overlay[~labelled], rgb[~labelled])
    expected = (1.0 - alpha) * rgb[labelled] + alpha * PALETTE[labels[labelled]]
    # Exact at both ends, else rounded to the nearest.
    bound = 0.0 if alpha in (0.0, 1.0) else 0.5001
    assert np.abs(overlay[labelled] - expected).max() <= bound


def test_keep_classes_leaves_only_the_kept() -> None:
    labels = random_labels(50, 60)
    kept = keep_classes(labels, [3, 4])
    np.testing.assert_array_equal(kept, np.where(np.isin(labels, [3, 4]), labels, UNLABELLED))
    assert (keep_classes(labels, []) == UNLABELLED).all()


@pytest.mark.parametrize("limit", [0.0, 0.2, 0.3, 51 / 255, 0.5, 254 / 255, 1.0])
def test_drop_uncertain_compares_each_confidence_with_the_limit(limit: float) -> None:
    confidence = np.arange(256, dtype=np.uint8).reshape(16, 16)
    labels = random_labels(16, 16)
    kept = np.arange(256).reshape(16, 16) >= limit * 255 - 1e-9
    expected = np.where(kept, labels, UNLABELLED)
    np.testing.assert_array_equal(drop_uncertain(labels, confidence, limit), expected)


def test_inputs_are_left_as_they_were() -> None:
    labels, rgb = random_labels(20, 20), random_rgb(20, 20)
    before = labels.copy(), rgb.copy()
    blend(rgb, colorize(labels, PALETTE), 0.5)
    keep_classes(labels, [1])
    drop_uncertain(labels, labels, 0.5)
    np.testing.assert_array_equal(labels, before[0])
    np.testing.assert_array_equal(rgb, before[1])


LABELS = np.zeros((4, 5), np.uint8)
RGB = np.zeros((4, 5, 3), np.uint8)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: colorize(RGB, PALETTE), r"labels .* got uint8 \(4, 5, 3\)"),
        (lambda: colorize(LABELS.astype(np.int64), PALETTE), "labels .* got int64"),
        (lambda: colorize(LABELS, PALETTE[:11]), r"palette .* \(256, 3\), got uint8 \(11, 3\)"),
        (lambda: colorize(LABELS, PALETTE, out=RGB[:3]), r"out .* \(4, 5, 3\), got .*\(3, 5, 3\)"),
        (lambda: colorize(LABELS, PALETTE, out=RGB[..., ::-1]), "out must be C-contiguous"),
        (lambda: blend(RGB, RGB[:3], 0.5), r"color_mask .* \(4, 5, 3\)"),
        (lambda: blend([[0]], RGB, 0.5), "rgb .* got list"),  # type: ignore[arg-type]
        (lambda: keep_classes(RGB, [1]), "labels must be"),
        (lambda: drop_uncertain(LABELS, LABELS[1:], 0.5), "confidence must be"),
    ],
)
def test_arrays_of_a_wrong_form_are_refused(call: Any, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        call()


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_fractions_out_of_range_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="alpha must be"):
        blend(RGB, RGB, value)
    with pytest.raises(ValueError, match="min_confidence must be"):
        drop_uncertain(LABELS, LABELS, value)
