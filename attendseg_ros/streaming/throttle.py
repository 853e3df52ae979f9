# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Says how often a message may be logged, for each cause on its own."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

PERIOD_S = 5.0

_MOST_KEYS = 1_000
"""A key may be a name that somebody else chose, and another one each time."""


class Throttle:
    """Lets each key through once in `PERIOD_S` seconds.

    rclpy throttles by the line of code that logs, which would let one cause hide another.
    """

    def __init__(self, period_s: float = PERIOD_S, clock: Callable[[], float] = monotonic) -> None:
        self._period_s = period_s
        self._clock = clock
        self._next_s: dict[str, float] = {}

    def ready(self, key: str) -> bool:
        """Whether this key may be logged now; if so, it is taken as logged."""
        now = self._clock()
        if now < self._next_s.get(key, now):
            return False
        if len(self._next_s) >= _MOST_KEYS:
            self._next_s.clear()
        self._next_s[key] = now + self._period_s
        return True


class RateLimit:
    """Spreads accepted events evenly: no more than a number of them a second, on average."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._due_s = 0.0

    def allows(self, rate_hz: float) -> bool:
        """Whether an event of this moment is within `rate_hz` (0: no limit)."""
        if rate_hz <= 0.0:
            return True
        now, period_s = self._clock(), 1.0 / rate_hz
        # What was due by a lower limit of before must not hold up a higher one.
        self._due_s = min(self._due_s, now + period_s)
        if now < self._due_s:
            return False
        # Counting on from the time it was due, not from now, keeps the rate when the limit and
        # the camera's rate are no multiples; one period of credit bounds what that lets through.
        self._due_s = max(self._due_s, now - period_s) + period_s
        return True
