# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a camera's last images show anything."""

from __future__ import annotations

from math import nan

from attendseg_ros.images.contrast import LEAST

FEW = 5
"""Images in a row that show nothing: no longer a flash or a shadow."""


class ContrastWatch:
    """The contrast of the last image, and how many in a row have had too little to show anything.

    Written by the thread that processes frames, and may be read by any.
    """

    def __init__(self) -> None:
        self.last = nan
        self.in_a_row = 0

    def add(self, contrast: float) -> bool:
        """Notes an image; whether it is the one with which it has become worth a word."""
        self.last = contrast
        self.in_a_row = self.in_a_row + 1 if contrast < LEAST else 0
        return self.in_a_row == FEW

    def clear(self) -> None:
        """Forgets every image: those that follow come later."""
        self.last, self.in_a_row = nan, 0

    @property
    def shows_nothing(self) -> bool:
        """Whether the last few images showed nothing."""
        return self.in_a_row >= FEW


def nothing_in_words(contrast: float) -> str:
    """That an image shows nothing; empty where it shows something."""
    if contrast >= LEAST:
        return ""
    return f"the image shows nothing (contrast {contrast:.1f} of 255, limit {LEAST:g})"


def in_words(topic: str, contrast: float) -> str:
    """What is to be said of them."""
    return (
        f"the images on {topic} show nothing (contrast {contrast:.1f} of 255, limit {LEAST:g}): is "
        "the lens covered, the light out, or does the driver send empty images, or thermal ones "
        "of 16 bits that are not stretched to their range? No mask of them means anything"
    )
