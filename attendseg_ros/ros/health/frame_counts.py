# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What happened to the frames since activation: the numbers behind ~/timing and /diagnostics."""

from __future__ import annotations

from collections import Counter
from math import nan

from attendseg_ros.clocks import NANOSECONDS
from attendseg_ros.images.bad_image import OF_THE_NETWORK, Reason
from attendseg_ros.ros.health.contrast_watch import ContrastWatch
from attendseg_ros.ros.health.foreign_watch import ForeignWatch
from attendseg_ros.ros.health.still_watch import StillWatch
from attendseg_ros.ros.health.unwritten_watch import UnwrittenWatch
from attendseg_ros.streaming.passing_time import PassingTime
from attendseg_ros.streaming.timing import FrameTimes, History, RateWindow

_READ_APART_NS = NANOSECONDS
"""The clock is read in several threads: a moment this far in the future is no jump of the clock."""


class FrameCounts:
    """Counts frames by what became of them.

    Every received frame is, in the end, one of: processed, dropped (a newer one came before its
    turn; the worker counts those), failed, skipped (beyond max_rate_hz) or idle (nobody listened,
    or ~/set_enabled said so).
    Each number is written by one thread only and may be read by any.

    Attributes:
        failed_in_a_row: frames without a mask since the last one, for which the network or the node
            is to blame.
        last_failure: why the last of them has none.
        unserved: why outputs that somebody subscribes to were not published with the last mask, in
            words.
        passing: makes of the node's clock the time that all these are counted by.
    """

    def __init__(self) -> None:
        self.passing = PassingTime()
        self.received = 0
        self.processed = 0
        self.skipped = 0
        self.idle = 0
        self.failed: Counter[Reason] = Counter()
        self.failed_in_a_row = 0
        self.last_failure = ""
        self.unserved: tuple[str, ...] = ()
        self.arrivals = RateWindow()
        self.masks = RateWindow()
        self.history = History()
        self.foreign = ForeignWatch()
        self.contrast = ContrastWatch()
        self.unwritten = UnwrittenWatch()
        self.pictures = StillWatch()
        self.nobody_listens = False
        self._wanted_since_ns: int | None = None
        self._last_mask_ns: int | None = None

    def record_arrival(self, now_ns: int) -> None:
        """Counts a frame that came in; it is wanted unless `note_idle` follows."""
        self.received += 1
        self.arrivals.add(now_ns)
        self.record_wanted(now_ns)

    def record_wanted(self, now_ns: int) -> None:
        """Somebody wants masks at this moment, whether or not images come."""
        since_ns = self._wanted_since_ns
        # A clock that ran backwards restarts the waiting.
        if self.nobody_listens or since_ns is None or since_ns > now_ns + _READ_APART_NS:
            self._wanted_since_ns = now_ns
        self.nobody_listens = False

    def record_idle(self) -> None:
        """Counts a frame that nobody wanted."""
        self.idle += 1
        self.record_unwanted()

    def record_unwanted(self) -> None:
        """Nobody wants masks at this moment: rate, latency and waiting restart after it."""
        self.nobody_listens = True
        self._wanted_since_ns = None
        self.failed_in_a_row = 0
        self.unserved = ()
        self.masks.clear()
        self.history.clear()
        self.foreign.clear()
        self.contrast.clear()
        self.unwritten.clear()
        self.pictures.clear()

    def record_failure(self, reason: Reason, why: str) -> None:
        """Counts a frame that gets no mask."""
        self.failed[reason] += 1
        if reason in OF_THE_NETWORK:
            self.failed_in_a_row += 1
            self.last_failure = why

    def record_processed(self, times: FrameTimes, now_ns: int) -> None:
        """Counts a frame whose masks are out."""
        self.processed += 1
        self.nobody_listens = False
        self.failed_in_a_row = 0
        self._last_mask_ns = now_ns
        self.masks.add(now_ns)
        self.history.add(times)

    def mask_age_s(self, now_ns: int) -> float:
        """Seconds without a mask while one was wanted.

        NaN while nobody wants any, before anybody did, and when the clock has run backwards since.
        """
        latest_ns = now_ns + _READ_APART_NS
        moments = (self._wanted_since_ns, self._last_mask_ns)
        known = [moment for moment in moments if moment is not None and moment <= latest_ns]
        if self.nobody_listens or not known:
            return nan
        return max(0, now_ns - max(known)) / NANOSECONDS
