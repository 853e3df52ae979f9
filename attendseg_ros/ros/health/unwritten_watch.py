# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether parts of a camera's last images were lost on their way."""

from __future__ import annotations

FEW = 5
"""Images in a row that lack a part: no longer the one that lost a packet."""


class UnwrittenWatch:
    """How many images in a row lacked a part.

    Written by the thread that processes frames, and may be read by any.
    """

    def __init__(self) -> None:
        self.in_a_row = 0

    def add(self, *, seen: bool) -> bool:
        """Notes an image; whether it is the one with which it has become worth a word."""
        self.in_a_row = self.in_a_row + 1 if seen else 0
        return self.in_a_row == FEW

    def clear(self) -> None:
        """Forgets every image: those that follow come later."""
        self.in_a_row = 0

    @property
    def lasts(self) -> bool:
        """Whether the last few images lacked a part."""
        return self.in_a_row >= FEW


def in_words(topic: str) -> str:
    """What is to be said of them."""
    return (
        f"the images on {topic} have parts that no lens made: rows or blocks of one colour that "
        "only empty memory has (green, grey, magenta or white), or one row again and again: does "
        "the driver send buffers that are half filled, or does a decoder lose packets? Nothing "
        "there is free"
    )
