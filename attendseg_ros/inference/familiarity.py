# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How foreign an image is to a model: its largest logits against those of its own images.

A network answers what it was trained on with large logits, and anything else, however sure its
softmax may look, with small ones (Hendrycks et al. 2019, arXiv 1911.11132; the energy of Liu et al.
2020, arXiv 2010.03759, is a smooth form of the same). The mean over an image tells scenes apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

CELLS = 24
"""Cells looked at along the shorter side of the logits: more of them change nothing."""

USUAL_LIMIT = 1.0
"""The foreignness above which an image is called foreign, unless somebody sets another."""

MOST_APART = 2.0
"""Times the pixels of an input size that a measured range still holds for."""


def mean_largest(logits: NDArray[np.float32]) -> float:
    """The mean over a coarse grid of the largest value of all channels.

    20 microseconds for street's 11 x 96 x 144.

    Args:
        logits: float32 (C, h, w), logits or probabilities.
    """
    step = max(1, min(logits.shape[1:]) // CELLS)
    return float(logits[:, step // 2 :: step, step // 2 :: step].max(axis=0).mean())


@dataclass(frozen=True)
class FamiliarRange:
    """What `mean_largest` gives for the model's own images at an input size.

    Attributes:
        input_size: width and height of the network's input.
        typical: the median.
        least: below it lie as few of them as the model's maker allowed; less than `typical`.
    """

    input_size: tuple[int, int]
    typical: float
    least: float

    def to_mapping(self) -> dict[str, Any]:
        """As model.yaml has it."""
        return {
            "input_size": list(self.input_size),
            "typical": self.typical,
            "least": self.least,
        }


@dataclass(frozen=True)
class Familiarity:
    """Which images are a model's own.

    Attributes:
        ranges: at one input size or more.
        held_out: the split whose images the training did not see.
        seen_in_training: whether it saw them after all, so that they are too familiar.
        images: how many of these were looked at.
        training_images: how many of those that it saw.
        false_alarms: share of the former that lies beyond the limit at the model's input size.
    """

    ranges: Sequence[FamiliarRange]
    held_out: str
    seen_in_training: bool
    images: int
    training_images: int
    false_alarms: float

    def to_mapping(self) -> dict[str, Any]:
        """As model.yaml has it."""
        return {
            "held_out": self.held_out,
            "seen_in_training": self.seen_in_training,
            "images": self.images,
            "training_images": self.training_images,
            "false_alarms": self.false_alarms,
            "ranges": [found.to_mapping() for found in self.ranges],
        }

    def foreignness(self, logits: NDArray[np.float32], input_size: tuple[int, int]) -> float:
        """How foreign the image is that a network gave these logits for.

        Args:
            logits: float32 (C, h, w) of one image, not averaged over time.
            input_size: width and height at which the network saw it.

        Returns:
            0 for an image as the model's own are in the median, 1 at the limit of their range,
            above 1 beyond it; NaN at an input size far from all that were measured.
        """
        nearest = min(self.ranges, key=lambda known: _apart(known.input_size, input_size))
        if _apart(nearest.input_size, input_size) > MOST_APART:
            return nan
        found = mean_largest(logits)
        return (nearest.typical - found) / (nearest.typical - nearest.least)


def _apart(one: tuple[int, int], other: tuple[int, int]) -> float:
    """The ratio of two sizes' pixels, 1 or more."""
    ratio = one[0] * one[1] / (other[0] * other[1])
    return max(ratio, 1.0 / ratio)
