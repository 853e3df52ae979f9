# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is rare, cut out of one training image and pasted into another."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.labels import UNLABELLED
from attendseg_ros.training.augmentation import Pair

# Of the rare classes, how many each paste takes: not always all, so that they come apart.
SHARE_OF_RARE_CLASSES = 0.6


def rare_classes(pixel_counts: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The classes with less than half of the pixels that they would have if all had as many.

    Args:
        pixel_counts: labelled pixels of each class, (C,).

    Returns:
        Their ids, uint8.
    """
    fair_share = pixel_counts.sum() / max(1, len(pixel_counts))
    return np.flatnonzero(pixel_counts < 0.5 * fair_share).astype(np.uint8)


def mix_classes(
    pair: Pair, source: Pair, rare: NDArray[np.uint8], random: np.random.Generator
) -> Pair:
    """Pastes what is rare in one image into another, at the same place.

    A network that sees a pole only before the few backgrounds of its training images learns the
    backgrounds. After Olsson et al., ClassMix (arXiv 2007.07936), with given labels and with rare
    classes only.

    Args:
        pair: image to paste into, RGB uint8 (h, w, 3), and its class ids, uint8 (h, w).
        source: image of the same size to cut from.
        rare: ids that may be cut out.
        random: picks among them.

    Returns:
        A new image and its class ids. Gaps of a pixel in what is cut out come along, so that a
        ragged outline stays whole, but are unlabelled.
    """
    rgb, labels = pair
    source_rgb, source_labels = source
    chosen = np.zeros(UNLABELLED + 1, dtype=np.uint8)
    chosen[rare[random.random(len(rare)) < SHARE_OF_RARE_CLASSES]] = 1
    exact = cv2.LUT(source_labels, chosen).astype(bool)
    closed = cv2.morphologyEx(
        exact.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)
    ).astype(bool)
    mixed = np.where(closed[..., None], source_rgb, rgb)
    ids = np.where(exact, source_labels, np.where(closed, np.uint8(UNLABELLED), labels))
    return mixed, ids.astype(np.uint8, copy=False)
