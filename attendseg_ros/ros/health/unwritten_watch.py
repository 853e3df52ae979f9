# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a camera's last images came in part as empty memory."""

from __future__ import annotations

FEW = 5
"""Images in a row of which rows are empty: no longer the one that lost a packet."""


class UnwrittenWatch:
    """How many images in a row had empty rows.

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
        """Whether the last few images had empty rows."""
        return self.in_a_row >= FEW


def in_words(topic: str) -> str:
    """What is to be said of them."""
    return (
        f"the images on {topic} have rows of one colour from side to side that "
        "only empty memory has (green, grey, magenta or white): does the driver send buffers that "
        "are half filled, or does a decoder lose packets? Nothing there is free"
    )
