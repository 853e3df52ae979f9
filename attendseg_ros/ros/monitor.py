# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What happened to the frames since activation: the numbers behind ~/timing and /diagnostics."""

from __future__ import annotations

from collections import Counter

from attendseg_ros.playback.bad_image import Reason
from attendseg_ros.ros.timing import FrameTimes, History, RateWindow


class Monitor:
    """Counts frames by what became of them.

    Every received frame is, in the end, one of: processed, dropped (a newer one came before its
    turn; the worker counts those), failed, skipped (beyond max_rate_hz) or idle (nobody listened,
    or ~/set_enabled said so).
    Each number is written by one thread only and may be read by any.
    """

    def __init__(self) -> None:
        self.received = 0
        self.processed = 0
        self.skipped = 0
        self.idle = 0
        self.failed: Counter[Reason] = Counter()
        self.arrivals = RateWindow()
        self.masks = RateWindow()
        self.history = History()
        self.nobody_listens = False

    def note_arrival(self, now_ns: int) -> None:
        """Counts a frame that came in."""
        self.received += 1
        self.arrivals.add(now_ns)

    def note_idle(self) -> None:
        """Counts a frame that nobody wanted; rate and latency start anew after it."""
        self.idle += 1
        if not self.nobody_listens:
            self.nobody_listens = True
            self.masks.clear()
            self.history.clear()

    def note_processed(self, times: FrameTimes, now_ns: int) -> None:
        """Counts a frame whose masks are out."""
        self.processed += 1
        self.nobody_listens = False
        self.masks.add(now_ns)
        self.history.add(times)
