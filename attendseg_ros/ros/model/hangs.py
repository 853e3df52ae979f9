# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Engines that hang: how it is told, and how soon another is made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from attendseg_ros.errors import AttendSegError
from attendseg_ros.streaming.watched_calls import hanging

MOST_HANGING = 3
"""Calls that hang at one time. Each keeps a thread, an engine's memory and perhaps a core."""

QUIET_S = 60.0
"""After so long without a hang the next one is a first one."""

LONGEST_DELAY_S = 30.0
"""Before another engine is made, after one hang on the heels of another."""


class EngineHangError(AttendSegError):
    """No mask, because the engine hangs or is being replaced; the message names it."""


class Hangs:
    """The hangs since the node was configured.

    Attributes:
        count: how many there were.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Begins with none.

        Args:
            clock: seconds that never jump.
        """
        self._clock = clock
        self._in_a_row = 0
        self._last_s = 0.0
        self._since_s: float | None = None
        self._who = self._from = ""
        self._why_not = ""
        self.count = 0

    def begin(self, engine: str, model: str, waited_s: float) -> None:
        """An engine has kept a frame for too long.

        Args:
            engine: its name.
            model: what it runs.
            waited_s: for how long.
        """
        now_s = self._clock()
        self._in_a_row = self._in_a_row + 1 if now_s < self._last_s + QUIET_S else 1
        self._last_s, self._since_s, self._why_not = now_s, now_s - waited_s, ""
        since = datetime.now() - timedelta(seconds=waited_s)
        self.count += 1
        self._who = f"engine '{engine}' with model '{model}'"
        self._from = f"{since:%H:%M:%S}"

    def fail(self, reason: str) -> None:
        """The engine that was to take its place cannot be made."""
        self._in_a_row += 1
        self._last_s = self._clock()
        self._why_not = reason

    def end(self) -> None:
        """Another engine has taken its place."""
        self._since_s = None
        self._last_s = self._clock()

    @property
    def last(self) -> str:
        """The last one in words; empty before the first."""
        return f"{self._who} hung at {self._from}" if self.count else ""

    @property
    def now(self) -> str:
        """The hang of this moment and what is done about it, in words; empty without one."""
        since_s = self._since_s
        if since_s is None:
            return ""
        text = (
            f"{self._who} hangs since {self._from} ({self._clock() - since_s:.1f} s) and is being "
            "replaced"
        )
        if self._why_not:
            text += f", which failed: {self._why_not}"
        if hanging() >= MOST_HANGING:
            return (
                f"{text}; {hanging()} calls of engines hang, and no engine is made until one of "
                "them returns: restart the node, or take another engine"
            )
        delay_s = self.delay_s()
        if delay_s:
            text += f"; hang or failure {self._in_a_row} in a row: {delay_s:g} s between tries"
        return text

    def delay_s(self) -> float:
        """Seconds to wait before another engine is made: none after a first hang, then doubling."""
        if self._in_a_row < 2:
            return 0.0
        return min(2.0 ** (self._in_a_row - 2), LONGEST_DELAY_S)
