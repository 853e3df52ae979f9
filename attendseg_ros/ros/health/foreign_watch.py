# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a camera's last images look like those that the model was trained on."""

from __future__ import annotations

from collections import deque
from math import isnan, nan

from attendseg_ros.percentiles import percentile

FRAMES = 15
"""Looked back on: half a second at 30 Hz."""

FEWEST = 5
"""Of fewer images nothing is said."""


class ForeignWatch:
    """The median of how foreign the last images were: a blurred one among them changes nothing.

    Written by the thread that processes frames, and may be read by any.
    """

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=FRAMES)
        self._warned = False

    def add(self, foreignness: float) -> None:
        """Notes an image; NaN, where the model's bundle does not tell, is left out."""
        if not isnan(foreignness):
            self._recent.append(foreignness)

    def clear(self) -> None:
        """Forgets every image: those that follow are seen by another model, or later."""
        self._recent.clear()

    @property
    def median(self) -> float:
        """Of the last images; NaN while there are too few."""
        recent = list(self._recent)
        return percentile(recent, 0.5) if len(recent) >= FEWEST else nan

    def begins(self, limit: float) -> bool:
        """Whether the images have come to be beyond a limit since the last call; 0 is none."""
        before, self._warned = self._warned, bool(limit) and self.median > limit
        return self._warned and not before


def in_words(model: str, median: float) -> str:
    """What is to be said of images beyond the limit."""
    return f"this does not look like what `{model}` was trained on: foreignness {median:.2f}"
