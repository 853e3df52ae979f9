# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a sensor's last messages held nothing: it would look as well as one that sees."""

from __future__ import annotations

FEW = 5
"""Messages in a row that hold nothing: no longer a glare or a loose packet."""


class BlankWatch:
    """Counts messages in a row that held nothing; for one thread."""

    def __init__(self, words: str) -> None:
        """Begins with none.

        Args:
            words: what is to be said of them.
        """
        self._words = words
        self._in_a_row = 0

    def add(self, *, blank: bool) -> str:
        """Notes a message; gives what is to be said of the last ones, empty where they are fine."""
        self._in_a_row = self._in_a_row + 1 if blank else 0
        return self._words if self._in_a_row >= FEW else ""
