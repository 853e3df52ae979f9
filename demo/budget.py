# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Keeps the recording small: of large or fast pictures it holds only so many a second."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from demo.recording import Message, header_stamp_ns
from demo.topics import COLOR_MASK, CONFIDENCE, IMAGE, OVERLAY

# All of 640x480 at 30 Hz with some room, and about 1 GB in half a minute once compressed.
_BYTES_PER_S = 110_000_000

# An image of 3 bytes a pixel comes with its colours, its overlay (3 each) and confidence (1).
_BYTES_PER_IMAGE_BYTE = 10 / 3

# Frames that may come at once, after a pause, before the rate counts.
_BURST = 10.0

_KEPT_STAMPS = 256


@dataclass(frozen=True)
class Sent:
    """What came from the camera, recorded or not."""

    frames: int
    rate_hz: float


class PictureBudget:
    """Chooses the frames whose pictures are recorded; masks, times and the rest always are."""

    def __init__(self, bytes_per_s: float = _BYTES_PER_S) -> None:
        """Starts with a full budget.

        Args:
            bytes_per_s: most bytes of pictures in a second, before compression.
        """
        self._bytes_per_s = bytes_per_s
        self._available = math.inf
        self._kept: deque[int] = deque(maxlen=_KEPT_STAMPS)
        self._frames = 0
        self._first_ns = 0
        self._last_ns = 0

    @property
    def sent(self) -> Sent:
        """What the camera sent so far."""
        seconds = (self._last_ns - self._first_ns) / 1e9
        return Sent(self._frames, (self._frames - 1) / seconds if seconds else math.nan)

    def admits(self, message: Message) -> bool:
        """Whether a message is to be recorded: all pictures of a frame are, or none."""
        if message.topic == IMAGE:
            return self._admits_image(message)
        if message.topic in (COLOR_MASK, OVERLAY, CONFIDENCE):
            return header_stamp_ns(message.data) in self._kept
        return True

    def _admits_image(self, image: Message) -> bool:
        cost = len(image.data) * _BYTES_PER_IMAGE_BYTE
        earned = (image.time_ns - self._last_ns) / 1e9 * self._bytes_per_s
        self._available = min(self._available + earned, _BURST * cost)
        self._first_ns = self._first_ns or image.time_ns
        self._last_ns = image.time_ns
        self._frames += 1
        if self._available < cost:
            return False
        self._available -= cost
        self._kept.append(header_stamp_ns(image.data))
        return True
