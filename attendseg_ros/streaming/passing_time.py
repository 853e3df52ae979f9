# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Time by a clock that may stand still, as /clock does when what publishes it is paused or dead.

By such a clock nothing grows old: a camera that died with its simulator would look as well as at
its last image, for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic

from attendseg_ros.clocks import NANOSECONDS

PATIENCE_S = 2.0
"""A clock may move in steps: /clock does of a second where a bag is played with `--clock 1`."""


class PassingTime:
    """The node's clock, which this machine's takes over from while it stands still.

    It differs from the node's by a constant while that moves, and so measures ages and rates; what
    is compared with stamps needs the clock itself. Any thread may use it.
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
        self._still_ns = self._added_ns = 0

    def at(self, clock_ns: int) -> int:
        """Nanoseconds at this moment.

        Args:
            clock_ns: what the node's clock says now. It may run backwards, and this with it.
        """
        with self._lock:
            now_s = self._steady()
            if clock_ns != self._clock_ns:
                self._clock_ns, self._moved_s = clock_ns, now_s
                self._added_ns += self._still_ns
                self._still_ns = 0
            else:
                beyond_s = now_s - self._moved_s - PATIENCE_S
                self._still_ns = max(self._still_ns, round(beyond_s * NANOSECONDS))
            return clock_ns + self._added_ns + self._still_ns

    @property
    def still_s(self) -> float:
        """For how long the clock had stood still at the last look; 0.0 where it moved lately."""
        with self._lock:
            return PATIENCE_S + self._still_ns / NANOSECONDS if self._still_ns else 0.0
