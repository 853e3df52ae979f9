# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a confidence is what it says, and the temperature that makes it so.

Temperature scaling and the expected calibration error as Guo et al. 2017 (arXiv 1706.04599) have
them, the latter after Naeini et al. 2015, with the 15 bins that are customary.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.labels import UNLABELLED

BINS = 15
LEVELS = 256
"""A published confidence is one of so many."""

_STEPS = 24
"""Of the golden section: they leave 1e-5 of the interval."""

_CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))


class Reliability:
    """Counts, for each level of a published confidence, pixels and those of the right class."""

    def __init__(self) -> None:
        self._pixels = np.zeros(LEVELS, np.int64)
        self._right = np.zeros(LEVELS, np.int64)

    def update(
        self, labels: NDArray[np.uint8], confidence: NDArray[np.uint8], truth: NDArray[np.uint8]
    ) -> None:
        """Adds an image.

        Args:
            labels: uint8 (H, W) class ids.
            confidence: uint8 (H, W), 255 for a probability of 1.
            truth: uint8 (H, W) class ids, 255 where unlabelled: such pixels do not count.
        """
        known = truth != UNLABELLED
        self._pixels += np.bincount(confidence[known], minlength=LEVELS)
        self._right += np.bincount(confidence[known & (labels == truth)], minlength=LEVELS)

    @property
    def pixels(self) -> int:
        """How many pixels were counted."""
        return int(self._pixels.sum())

    @property
    def expected_error(self) -> float:
        """The expected calibration error, 0 to 1; NaN without any pixel.

        |accuracy - mean confidence| over bins of equal width, weighted by their pixels.
        """
        if not self.pixels:
            return float("nan")
        level = np.arange(LEVELS) / (LEVELS - 1)
        place = np.minimum((level * BINS).astype(int), BINS - 1)
        right = np.bincount(place, self._right, BINS)
        said = np.bincount(place, self._pixels * level, BINS)
        return float(np.abs(right - said).sum() / self.pixels)


@dataclass(frozen=True)
class PixelSample:
    """Some labelled pixels with what their confidence is made of.

    Attributes:
        logits: float32 (n, 4, C), of the four cells around each pixel.
        weights: float32 (n, 4), of these cells in the interpolation.
        winner: int64 (n,), the channel that wins.
        right: bool (n,), whether it is the true one.
    """

    logits: NDArray[np.float32]
    weights: NDArray[np.float32]
    winner: NDArray[np.int64]
    right: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        logits: NDArray[np.float32],
        channels: NDArray[np.uint8],
        fine: tuple[int, int],
        count: int,
        random: np.random.Generator,
    ) -> PixelSample:
        """Draws pixels of an image.

        Args:
            logits: float32 (C, h, w).
            channels: uint8 (H, W), the true channel, 255 where unlabelled.
            fine: width and height at which the decoder compares classes.
            count: of pixels; all labelled ones where there are fewer.
            random: draws.
        """
        rows, columns = np.nonzero(channels != UNLABELLED)
        drawn = random.choice(len(rows), min(count, len(rows)), replace=False)
        rows, columns = rows[drawn], columns[drawn]
        height, width = channels.shape
        y, wy = _cells(rows, height, fine[1], logits.shape[1])
        x, wx = _cells(columns, width, fine[0], logits.shape[2])
        near = np.stack([logits[:, y[i], x[j]] for i, j in _CORNERS]).transpose(2, 0, 1)
        weights = np.stack([wy[i] * wx[j] for i, j in _CORNERS], axis=1).astype(np.float32)
        winner = np.einsum("nkc,nk->nc", near, weights).argmax(axis=1)
        return cls(near, weights, winner, winner == channels[rows, columns])

    @classmethod
    def together(cls, samples: list[PixelSample]) -> PixelSample:
        """Several samples as one."""
        return cls(
            np.concatenate([one.logits for one in samples]),
            np.concatenate([one.weights for one in samples]),
            np.concatenate([one.winner for one in samples]),
            np.concatenate([one.right for one in samples]),
        )

    def loss(self, temperature: float) -> float:
        """Mean log loss of the published confidence as a forecast of "this label is right"."""
        channels = self.logits.shape[2]
        cells = np.ascontiguousarray(self.logits.reshape(-1, channels)) / np.float32(temperature)
        cells -= cells.max(axis=1, keepdims=True)
        powers = cv2.exp(cells)
        of_winner = np.take_along_axis(
            powers.reshape(self.logits.shape), self.winner[:, None, None], axis=2
        )[..., 0]
        probability = of_winner / powers.sum(axis=1).reshape(of_winner.shape)
        # Half a level: what is published is never surer.
        edge = 0.5 / (LEVELS - 1)
        sure = np.clip((probability * self.weights).sum(axis=1), edge, 1.0 - edge)
        return float(-np.log(np.where(self.right, sure, 1.0 - sure)).mean())


def _cells(
    places: NDArray[np.int64], size: int, fine: int, cells: int
) -> tuple[tuple[NDArray[np.int64], ...], tuple[NDArray[np.float64], ...]]:
    """The two cells beside each pixel along one side, and their weights; centres at halves."""
    on_fine = np.floor((places + 0.5) * fine / size)
    position = np.clip((on_fine + 0.5) * cells / fine - 0.5, 0.0, cells - 1.0)
    first = np.floor(position).astype(np.int64)
    share = position - first
    return (first, np.minimum(first + 1, cells - 1)), (1.0 - share, share)


def fitted_temperature(sample: PixelSample, limits: tuple[float, float]) -> float:
    """The temperature within limits at which the confidence forecasts best.

    Of the sample's log loss, which is a proper score: it is least where the confidence is the share
    that is right. A golden-section search over the temperature's logarithm.
    """
    low, high = np.log(limits)
    return float(np.exp(_least(lambda power: sample.loss(float(np.exp(power))), low, high)))


def _least(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function of one minimum is least."""
    golden = (np.sqrt(5.0) - 1.0) / 2.0
    inner = [high - golden * (high - low), low + golden * (high - low)]
    values = [function(place) for place in inner]
    for _ in range(_STEPS):
        if values[0] <= values[1]:
            high, inner[1], values[1] = inner[1], inner[0], values[0]
            inner[0] = high - golden * (high - low)
            values[0] = function(inner[0])
        else:
            low, inner[0], values[0] = inner[0], inner[1], values[1]
            inner[1] = low + golden * (high - low)
            values[1] = function(inner[1])
    return (low + high) / 2.0
