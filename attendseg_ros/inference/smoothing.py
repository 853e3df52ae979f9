# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Temporal smoothing: logits averaged over time where the image stays the same."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.frame_continuity import FrameContinuity
from attendseg_ros.inference.engine import Logits, check_finite

NOISE_LEVEL = 6.0
"""Change of an average over a cell of the logits' grid, in grey levels, that noise does not make.

Sensor noise of 5 grey levels, which is strong, comes to 1.3 in the mean of 4x4 pixels.
"""

SPREAD_CELLS = 5
"""A change also counts for cells up to two away, whose logits it shifts through the network."""


class Smoother:
    """Averages logits exponentially over the frames, cell by cell of their grid.

    `average = weight * average + (1 - weight) * logits`, and the same average of the image says
    what the scene looked like to the frames it is made of. Where the image now differs from that by
    more than noise, something moved: there the average restarts from this frame's logits, so
    what moves is not smeared. Kept for each stream of frames; one thread at a time.
    """

    def __init__(self) -> None:
        self._stream = FrameContinuity()
        self._average: Logits | None = None
        self._seen: NDArray[np.float32] | None = None

    def smooth(
        self,
        logits: Logits,
        image: NDArray[np.uint8],
        weight: float,
        view: tuple[int, ...],
        stamp_ns: int,
    ) -> Logits:
        """Averages a frame's logits with those of the frames before it.

        Args:
            logits: float32 (C, h, w); left as they are.
            image: uint8 (H, W, 3), what the network saw.
            weight: of the earlier frames, 0 to below 1; 0 forgets them.
            view: what the image is of, as its width and height: an average is of one view.
            stamp_ns: when it was taken; see `FrameContinuity.continues` for a restart.

        Returns:
            float32 (C, h, w): `logits` itself at weight 0, else memory of the smoother's that the
            next call overwrites.

        Raises:
            LogitsError: a logit is NaN or infinite, and the average stays as it was: once in it, it
                would stay in it.
        """
        if weight <= 0.0:
            self.forget()
            return logits
        check_finite(logits)
        continues = self._stream.continues(view, stamp_ns)
        grid = (logits.shape[2], logits.shape[1])
        cells = np.asarray(cv2.resize(image, grid, interpolation=cv2.INTER_AREA), np.float32)
        if not continues or self._average is None or self._seen is None:
            self._average, self._seen = logits.copy(), cells
            return self._average
        kept = _unchanged(cells, self._seen) * np.float32(weight)
        _mix(self._average, logits, kept)
        _mix(self._seen, cells, kept[..., None])
        return self._average

    def forget(self) -> None:
        """Lets the next frame be a first one."""
        self._stream.restart()
        self._average = self._seen = None


def _unchanged(cells: NDArray[np.float32], seen: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 where nothing but noise differs in any channel, else 0: float32 (h, w)."""
    change = cv2.absdiff(cells, seen).max(axis=2)
    near = cv2.dilate(change, np.ones((SPREAD_CELLS, SPREAD_CELLS), np.uint8))
    return np.asarray(near <= NOISE_LEVEL, np.float32)


def _mix(average: NDArray[np.float32], new: NDArray[np.float32], kept: NDArray[np.float32]) -> None:
    """`average = kept * average + (1 - kept) * new`, in place and without a temporary array."""
    np.subtract(average, new, out=average)
    np.multiply(average, kept, out=average)
    np.add(average, new, out=average)
