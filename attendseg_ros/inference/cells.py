# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Labels from enlarged logits, computed only where classes meet."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.inference.engine import Logits

Mask = NDArray[np.uint8]

MOST_MIXED = 0.4
"""Share of mixed cells from which on enlarging whole planes is as quick."""


class RunningMaximum:
    """The largest of planes that are shown one after the other, the first of equals.

    OpenCV's loops are vectorised and release the GIL; np.argmax takes several times as long.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        """Makes one for planes of a height and width."""
        self.labels = np.empty(shape, np.uint8)
        self._best = np.empty(shape, np.float32)
        self._wins = np.empty(shape, np.uint8)
        self._channel = np.empty(shape, np.uint8)

    def begin(self, plane: NDArray[np.float32]) -> None:
        """Takes the plane of channel 0; `labels` is a new array from now on."""
        self.labels = np.zeros(plane.shape, np.uint8)
        np.copyto(self._best, plane)

    def take(self, channel: int, plane: NDArray[np.float32]) -> Mask:
        """Takes the plane of the next channel; gives 255 where it is larger than all before."""
        cv2.compare(plane, self._best, cv2.CMP_GT, dst=self._wins)
        cv2.max(self._best, plane, dst=self._best)
        # Channels come in rising order, so where this one wins it is also the largest label.
        cv2.threshold(self._wins, 0, channel, cv2.THRESH_BINARY, dst=self._channel)
        cv2.max(self.labels, self._channel, dst=self.labels)
        return self._wins


class CellDecoder:
    """Enlarges logits by even factors, bilinearly with pixel centres at halves, and labels them.

    A cell is the rectangle between four neighbouring logits. Within it every interpolated logit
    is a mean of the four corners' with weights that are the same for all classes. So a class that
    wins at all four wins in the whole cell, and only the other, mixed cells, 6 to 13 % of those of
    street images, are computed. Along the border the outermost logits count twice.
    """

    def __init__(self, coarse: tuple[int, int], factors: tuple[int, int]) -> None:
        """Makes one for logits of a width and height, enlarged by even factors across and down."""
        self._width, self._height = coarse
        self._across, self._down = factors
        self._cells_size = (
            (self._width + 1) * self._across,
            (self._height + 1) * self._down,
        )
        self._weights = _weights(factors)
        self._coarse = RunningMaximum((self._height, self._width))

    @classmethod
    def between(cls, coarse: tuple[int, int], fine: tuple[int, int]) -> CellDecoder | None:
        """Makes the one for two sizes (width, height); None where the factors are not even."""
        if any(large % (2 * small) for small, large in zip(coarse, fine, strict=True)):
            return None
        return cls(coarse, (fine[0] // coarse[0], fine[1] // coarse[1]))

    def pick(self, logits: Logits, probabilities: Mask | None) -> tuple[Mask, Mask | None] | None:
        """Picks the winning channel of each fine pixel, the first of equals.

        Args:
            logits: float32 (C, h, w), finite.
            probabilities: uint8 (C, h, w), 255 = 1; None where no confidence is wanted.

        Returns:
            New arrays: channels uint8 (H, W), and the interpolated probability of each, uint8
            (H, W), or None. None in place of both where too many cells are mixed.
        """
        self._coarse.begin(logits[0])
        for channel in range(1, len(logits)):
            self._coarse.take(channel, logits[channel])
        coarse = self._coarse.labels
        around = _bordered(coarse)
        first = around[:-1, :-1]
        differ = (first != around[:-1, 1:]) | (first != around[1:, :-1])
        differ |= first != around[1:, 1:]
        mixed = np.flatnonzero(differ)
        if len(mixed) > MOST_MIXED * differ.size:
            return None
        labels = first.repeat(self._across, axis=1).repeat(self._down, axis=0)
        certainty = None
        if probabilities is not None:
            # Where one class wins at all corners, its probabilities are the largest there.
            certainty = self._between_corners(probabilities.max(axis=0))
        if len(mixed):
            rows, columns = np.divmod(mixed, self._width + 1)
            corners = self._corners(rows, columns)
            winners = self._winners(logits, corners)
            self._put(labels, rows, columns, winners)
            if probabilities is not None and certainty is not None:
                values = self._interpolated(probabilities, winners, corners)
                self._put(certainty, rows, columns, values)
        return self._inner(labels), None if certainty is None else self._inner(certainty)

    def _corners(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.intp]:
        """Where in a flat plane the four corners of some cells are: (cells, 4)."""
        above, below = np.maximum(rows - 1, 0), np.minimum(rows, self._height - 1)
        left, right = np.maximum(columns - 1, 0), np.minimum(columns, self._width - 1)
        across = [left, right, left, right]
        down = [above, above, below, below]
        corners: NDArray[np.intp] = np.stack(down, axis=1) * self._width + np.stack(across, axis=1)
        return corners

    def _winners(self, logits: Logits, corners: NDArray[np.intp]) -> Mask:
        """The winning channel of each fine pixel of some cells: (cells, down * across)."""
        fine = np.take(logits.reshape(len(logits), -1), corners, axis=1) @ self._weights
        largest = RunningMaximum((fine.shape[1], fine.shape[2]))
        largest.begin(fine[0])
        for channel in range(1, len(fine)):
            largest.take(channel, fine[channel])
        return largest.labels

    def _interpolated(self, probabilities: Mask, winners: Mask, corners: NDArray[np.intp]) -> Mask:
        """The probability of each fine pixel's winner in some cells: (cells, down * across)."""
        flat = probabilities.reshape(len(probabilities), -1)
        fine = flat[:, corners].astype(np.float32) @ self._weights
        of_winners = np.take_along_axis(fine, winners[None], axis=0)[0]
        return np.asarray(np.rint(of_winners), np.uint8)

    def _between_corners(self, plane: Mask) -> Mask:
        """A coarse plane, enlarged to all cells."""
        width, height = self._cells_size
        size = (width + self._across, height + self._down)
        enlarged = np.asarray(cv2.resize(_bordered(plane), size), np.uint8)
        across, down = self._across // 2, self._down // 2
        return np.ascontiguousarray(enlarged[down:-down, across:-across])

    def _put(
        self, cells: Mask, rows: NDArray[np.intp], columns: NDArray[np.intp], values: Mask
    ) -> None:
        shape = (self._height + 1, self._down, self._width + 1, self._across)
        blocks = values.reshape(-1, self._down, self._across)
        cells.reshape(shape)[rows, :, columns, :] = blocks

    def _inner(self, cells: Mask) -> Mask:
        """The pixels of the image: without the outer half of the cells along the border."""
        across, down = self._across // 2, self._down // 2
        return np.ascontiguousarray(cells[down:-down, across:-across])


def _bordered(plane: Mask) -> Mask:
    return np.asarray(cv2.copyMakeBorder(plane, 1, 1, 1, 1, cv2.BORDER_REPLICATE), np.uint8)


def _weights(factors: tuple[int, int]) -> NDArray[np.float32]:
    """Of a cell's corners (rows, the upper two first) for its fine pixels: (4, down * across)."""
    x, y = ((np.arange(factor, dtype=np.float32) + 0.5) / factor for factor in factors)
    down = np.stack([1.0 - y, y])
    across = np.stack([1.0 - x, x])
    weights: NDArray[np.float32] = np.einsum("ry,cx->rcyx", down, across).reshape(4, -1)
    return weights
