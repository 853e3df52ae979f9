# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a camera sends one picture again and again under new stamps: it would look well."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

_SAMPLES = 64
"""Rows and columns that are compared: in 4096 pixels of a sensor some differ by its noise."""


def fingerprint(rgb: NDArray[np.uint8]) -> int:
    """A number that two pictures share which are the same to the last bit, and hardly others.

    Args:
        rgb: uint8 (H, W, 3), of any strides.
    """
    height, width = rgb.shape[:2]
    samples = rgb[:: max(1, height // _SAMPLES), :: max(1, width // _SAMPLES)]
    return crc32(np.ascontiguousarray(samples).data, height << 16 ^ width)


class StillWatch:
    """For how long pictures have been the same to the last bit, as no two of a sensor are.

    What relays images may repeat the last one where its camera stalls, each with a new stamp.
    Written by the thread that processes frames, and may be read by any.
    """

    def __init__(self) -> None:
        self._last: int | None = None
        self._since_s = self._at_s = 0.0

    def add(self, picture: int, now_s: float) -> None:
        """Notes a picture.

        Args:
            picture: its fingerprint.
            now_s: by a clock that never jumps.
        """
        if picture != self._last:
            self._last, self._since_s = picture, now_s
        self._at_s = now_s

    def clear(self) -> None:
        """Forgets the last: what follows comes later."""
        self._last, self._since_s, self._at_s = None, 0.0, 0.0

    @property
    def still_s(self) -> float:
        """From the first of the pictures that are the same to the last one."""
        return self._at_s - self._since_s
