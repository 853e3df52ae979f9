# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From logits on a coarse grid to labels and confidence at the image's size."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.inference.bundle import Bundle
from attendseg_ros.inference.cells import CellDecoder, Mask, RunningMaximum
from attendseg_ros.inference.engine import Logits, check_finite
from attendseg_ros.labels import UNLABELLED

LARGEST_ENLARGEMENT = 4
"""Times the network's pixels up to which logits are interpolated: each costs as many again."""


class Decoder:
    """Upsamples logits, picks each pixel's class and, if asked, how sure the network is of it.

    It keeps its working memory from frame to frame, so one decoder serves one thread at a time.
    """

    def __init__(
        self,
        class_ids: Sequence[int],
        network_size: tuple[int, int],
        output: str = "logits",
        at_image_size: bool = False,
        temperature: float = 1.0,
    ) -> None:
        """Makes a decoder.

        Args:
            class_ids: the id that each channel of the logits stands for.
            network_size: width and height of the network's input.
            output: what the network gives, of `bundle.OUTPUTS`.
            at_image_size: whether a larger image gets logits of its size, as libraries do it.
            temperature: what logits are divided by for the confidence; above 0. Labels stay.
        """
        self._network_size = network_size
        self._most_pixels = LARGEST_ENLARGEMENT * network_size[0] * network_size[1]
        self._at_image_size = at_image_size
        self._output = output
        self._temperature = temperature
        self._ids = np.full(256, UNLABELLED, np.uint8)
        self._ids[: len(class_ids)] = class_ids
        self._ids_are_channels = list(class_ids) == list(range(len(class_ids)))
        self._sizes = ((0, 0), (0, 0))

    @classmethod
    def of(
        cls, bundle: Bundle, network_size: tuple[int, int], temperature: float | None = None
    ) -> Decoder:
        """Makes the decoder of a model.

        Args:
            bundle: the model.
            network_size: width and height of the network's input.
            temperature: as above; None for the bundle's own.
        """
        return cls(
            bundle.channel_ids,
            network_size,
            bundle.output,
            at_image_size=bundle.decoding == "image",
            temperature=bundle.temperature if temperature is None else temperature,
        )

    def decode(
        self, logits: Logits, size: tuple[int, int], *, confidence: bool = False
    ) -> tuple[Mask, Mask | None]:
        """Labels every pixel of an image.

        The logits are interpolated bilinearly (pixel centres at halves) to the network's input
        size, or along a side where the image is smaller to the image's; the largest wins, the
        first of equals. A larger image gets the nearest of these labels: finer than its input the
        network has seen nothing. With `at_image_size` they are interpolated to the image's size,
        of up to `LARGEST_ENLARGEMENT` times the network's pixels.

        The confidence is the probability of the winning class, softmax(logits / temperature) on the
        logits' own grid, interpolated like the logits. Probabilities are taken as they are. Class
        ids say nothing of it, and between two of them there is none: each pixel gets the nearest.

        Args:
            logits: float32 (C, h, w).
            size: width and height of the image.
            confidence: whether to compute it.

        Returns:
            New arrays, the caller's own: labels uint8 (H, W), and confidence uint8 (H, W) with 255
            for a probability of 1, or None.

        Raises:
            LogitsError: a logit is NaN or infinite.
        """
        check_finite(logits)
        if self._output == "class_ids":
            return _nearest(self._named(logits[0]), size), None
        fine = self.fine_size(size)
        coarse = (logits.shape[2], logits.shape[1])
        if self._sizes != (coarse, fine):
            self._allocate(coarse, fine)
        probabilities = self._probabilities(logits) if confidence else None
        labels, certainty = self._pick(logits, probabilities, fine)
        if not self._ids_are_channels:
            labels = np.asarray(cv2.LUT(labels, self._ids), np.uint8)
        if fine != size:
            labels = _nearest(labels, size)
            certainty = None if certainty is None else _nearest(certainty, size)
        return labels, certainty

    def fine_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """The width and height at which the classes of an image of a size are compared."""
        width, height = size
        if self._at_image_size and width * height <= self._most_pixels:
            return size
        return min(width, self._network_size[0]), min(height, self._network_size[1])

    def _named(self, numbers: NDArray[np.float32]) -> Mask:
        """The class ids of numbers of channels; no such channel is no class."""
        known = np.where((numbers >= 0) & (numbers < 255), numbers, UNLABELLED)
        return np.asarray(cv2.LUT(np.asarray(np.rint(known), np.uint8), self._ids), np.uint8)

    def _probabilities(self, logits: Logits) -> Mask:
        if self._output == "logits":
            return _softmax(logits, self._temperature)
        return np.asarray(np.rint(np.clip(logits, 0.0, 1.0) * 255.0), np.uint8)

    def _allocate(self, coarse: tuple[int, int], fine: tuple[int, int]) -> None:
        self._sizes = coarse, fine
        self._cells = CellDecoder.between(coarse, fine)
        shape = (fine[1], fine[0])
        self._plane = np.empty(shape, np.float32)
        self._largest = RunningMaximum(shape)
        self._probability = np.empty(shape, np.uint8)

    def _pick(
        self, logits: Logits, probabilities: Mask | None, fine: tuple[int, int]
    ) -> tuple[Mask, Mask | None]:
        """Winning channel and its probability, cell by cell where that is possible."""
        picked = None if self._cells is None else self._cells.pick(logits, probabilities)
        return self._pick_of_all(logits, probabilities, fine) if picked is None else picked

    def _pick_of_all(
        self, logits: Logits, probabilities: Mask | None, fine: tuple[int, int]
    ) -> tuple[Mask, Mask | None]:
        """The same, of all planes at their full size."""
        certainty = None
        cv2.resize(logits[0], fine, dst=self._plane)
        self._largest.begin(self._plane)
        if probabilities is not None:
            certainty = np.asarray(cv2.resize(probabilities[0], fine), np.uint8)
        for channel in range(1, len(logits)):
            cv2.resize(logits[channel], fine, dst=self._plane)
            wins = self._largest.take(channel, self._plane)
            if probabilities is not None and certainty is not None:
                cv2.resize(probabilities[channel], fine, dst=self._probability)
                cv2.copyTo(self._probability, wins, certainty)
        return self._largest.labels, certainty


def _softmax(logits: Logits, temperature: float) -> Mask:
    """Probabilities as uint8 (C, h, w), 255 = 1."""
    channels, height, width = logits.shape
    relative = logits - logits.max(axis=0)
    if temperature != 1.0:
        relative *= np.float32(1.0 / temperature)
    powers = cv2.exp(relative.reshape(channels * height, width)).reshape(logits.shape)
    powers *= 255.0 / powers.sum(axis=0)
    return np.asarray(np.rint(powers), np.uint8)


def _nearest(mask: Mask, size: tuple[int, int]) -> Mask:
    width, height = size
    if mask.shape == (height, width):
        return mask
    # Rows are copied whole: OpenCV picks the pixels of each one anew, in twice the time.
    wide = _nearest_of_opencv(mask, (width, len(mask)))
    return np.take(wide, _nearest_rows(len(mask), height), axis=0)


@lru_cache(maxsize=8)
def _nearest_rows(rows: int, height: int) -> NDArray[np.intp]:
    """Which of a mask's rows OpenCV takes for each row of an image."""
    numbers = np.arange(rows, dtype=np.float32)[:, None]
    return _nearest_of_opencv(numbers, (1, height))[:, 0].astype(np.intp)


def _nearest_of_opencv(values: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    # INTER_NEAREST rounds down and so shifts by up to half a pixel; EXACT goes by pixel centres.
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_NEAREST_EXACT))
