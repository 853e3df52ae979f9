# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Time by a clock that may stand still, run back or be set, as /clock does and the system's may.

By a clock that stands still, when what publishes it is paused or dead, nothing grows old: a camera
that died with its simulator would look as well as at its last image, for ever. By one that runs
back, as where a recording is played in a loop, it would look so once in each round, when the clock
comes by the moment of its last image again. And where NTP sets the system's clock on, as after a
start without a battery, nothing would have come for half a century.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic

from attendseg_ros.clocks import NANOSECONDS

PATIENCE_S = 2.0
"""A clock may move in steps: /clock does of a second where a bag is played with `--clock 1`."""

BACKWARDS_NS = NANOSECONDS
"""The clock is read in several threads: less is no step back, only a moment that was read late."""


class PassingTime:
    """/clock, from which this machine takes over while it stands still; without it, this machine.

    It never runs back. It differs from /clock by a constant while that moves, and so measures
    ages and rates; what is compared with stamps needs the clock itself. Any thread may use it.
    """

    def __init__(self, steady: Callable[[], float] = monotonic) -> None:
        """Begins with the first look at the clock.

        Args:
            steady: seconds of a clock that never jumps.
        """
        self._steady = steady
        self._lock = Lock()
        self._clock_ns: int | None = None
        self._moved_s = 0.0
        self._simulated = False
        self._still_ns = self._added_ns = 0

    def at(self, clock_ns: int, *, simulated: bool) -> int:
        """Nanoseconds at this moment; never less than at the call before.

        Args:
            clock_ns: what the node's clock says now. Where it was set back, and as it is set first,
                no time has passed.
            simulated: whether that follows /clock. The system's is not gone by: it may be set.
        """
        with self._lock:
            now_s, last_ns = self._steady(), self._clock_ns
            if not simulated:
                clock_ns = round(now_s * NANOSECONDS)
            switched, self._simulated = simulated != self._simulated, simulated
            if last_ns is not None and switched:
                # The one begins where the other ends.
                self._added_ns += last_ns + self._still_ns - clock_ns
                self._clock_ns, self._moved_s, self._still_ns = clock_ns, now_s, 0
                return clock_ns + self._added_ns
            if last_ns is not None and last_ns - BACKWARDS_NS <= clock_ns <= last_ns:
                beyond_s = now_s - self._moved_s - PATIENCE_S
                self._still_ns = max(self._still_ns, round(beyond_s * NANOSECONDS))
                return last_ns + self._added_ns + self._still_ns
            if last_ns is not None and (clock_ns < last_ns or last_ns == 0):
                # Set back, or set at all: /clock says 0 until it has brought something.
                self._added_ns += last_ns - clock_ns
            self._clock_ns, self._moved_s = clock_ns, now_s
            self._added_ns += self._still_ns
            self._still_ns = 0
            return clock_ns + self._added_ns

    @property
    def still_s(self) -> float:
        """For how long the clock had stood still at the last look; 0.0 where it moved lately."""
        with self._lock:
            return PATIENCE_S + self._still_ns / NANOSECONDS if self._still_ns else 0.0
