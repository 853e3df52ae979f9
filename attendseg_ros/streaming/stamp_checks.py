# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the stamps and the forms of arriving images tell: lost frames, clocks gone wrong, mixtures.

A camera's stamps are a few milliseconds late now and then, so a frame counts as missing only where
two intervals together are too long for the frames between them. The usual interval is the median:
a camera that loses every second frame, evenly, looks like one of half the rate.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from statistics import median

from attendseg_ros.clocks import NANOSECONDS
from attendseg_ros.streaming.timing import WINDOW_S

JUMP_NS = 5 * NANOSECONDS
"""A stamp this far ahead of what the clock says has passed is a jump, not a pause."""

PAUSE_NS = 1 * NANOSECONDS
"""A longer gap is a camera that paused; its age tells of that."""

_LATE = 0.75
"""Share of an interval by which a frame must be overdue to count as missing."""

_LEARN = 8
"""Intervals from which the camera's own is taken."""

_MOST_ARRIVALS = 5_000
"""A thousand a second are followed for as long as is reported."""

_TURNS = 3
"""Changes of form within the window that make a mixture; fewer come from a camera set up again."""


class StampFault(Enum):
    """Why the stamp of an image cannot be relied on; /diagnostics counts each by this name."""

    UNSET = "stamp not set"
    BACKWARDS = "stamp ran backwards"
    JUMP = "stamp jumped ahead"
    CLOCK = "clock ran backwards"


@dataclass(frozen=True)
class _Arrival:
    at_s: float
    form: str
    missing: int


class StampChecks:
    """Follows the images of one topic; used by one thread."""

    def __init__(self) -> None:
        self.faults: Counter[StampFault] = Counter()
        self.missing = 0
        self._stamp_ns = 0
        self._now_ns = 0
        self._at_s = self._moved_s = 0.0
        self._moved_ns = 0
        self._overdue = 0.0
        self._intervals_ns: deque[int] = deque(maxlen=30)
        self._recent: deque[_Arrival] = deque(maxlen=_MOST_ARRIVALS)

    def observe(self, stamp_ns: int, now_ns: int, steady_s: float, form: str) -> StampFault | None:
        """Notes an image.

        Args:
            stamp_ns: its stamp.
            now_ns: the node's clock, which may jump.
            steady_s: a clock that never does.
            form: encoding and size, in words.

        Returns:
            What is wrong with its stamp or the clock.
        """
        missing = 0
        fault = self._fault(stamp_ns, now_ns)
        if fault is not None:
            self.faults[fault] += 1
            self._intervals_ns.clear()
            self._overdue = 0.0
        elif self._stamp_ns and stamp_ns > self._stamp_ns:
            missing = self._gap(stamp_ns - self._stamp_ns)
        self.missing += missing
        self._at_s = steady_s
        if stamp_ns <= 0 or stamp_ns != self._stamp_ns:
            self._moved_s, self._moved_ns = steady_s, now_ns
        self._stamp_ns, self._now_ns = max(stamp_ns, 0), now_ns
        self._recent.append(_Arrival(steady_s, form, missing))
        return fault

    def repeated_s(self, steady_s: float) -> float:
        """For how long the last image has come again and again, of one stamp; else 0.0.

        Once is no fault: a clock may move in steps that are longer than the camera's.

        Args:
            steady_s: now, by the clock that never jumps.
        """
        return steady_s - self._moved_s if self._at_s > self._moved_s else 0.0

    def missing_lately(self, steady_s: float) -> tuple[int, float]:
        """How many frames of the last seconds never came, and their share of all."""
        recent = self._lately(steady_s)
        missing = sum(arrival.missing for arrival in recent)
        return missing, missing / (missing + len(recent)) if missing else 0.0

    def mixture(self, steady_s: float) -> Counter[str]:
        """The forms that images of the last seconds take turns in; empty when they do not."""
        forms = [arrival.form for arrival in self._lately(steady_s)]
        turns = sum(one != other for one, other in pairwise(forms))
        return Counter(forms) if turns >= _TURNS else Counter()

    def _fault(self, stamp_ns: int, now_ns: int) -> StampFault | None:
        if self._now_ns and now_ns < self._now_ns:
            return StampFault.CLOCK
        if stamp_ns <= 0:
            return StampFault.UNSET
        if not self._stamp_ns:
            return None
        if stamp_ns < self._stamp_ns:
            return StampFault.BACKWARDS
        if stamp_ns - self._stamp_ns > now_ns - self._moved_ns + JUMP_NS:
            return StampFault.JUMP
        return None

    def _gap(self, interval_ns: int) -> int:
        """Frames missing before this one, by the intervals up to now."""
        missing = 0
        if len(self._intervals_ns) >= _LEARN:
            usual = median(self._intervals_ns)
            excess = interval_ns / usual - 1.0
            overdue = self._overdue + excess
            if interval_ns <= max(PAUSE_NS, 10 * usual) and min(excess, overdue) >= _LATE:
                missing = round(excess)
            # An early frame is followed by a late one, which is then no gap.
            self._overdue = min(0.0, overdue - missing)
        self._intervals_ns.append(interval_ns)
        return missing

    def _lately(self, steady_s: float) -> list[_Arrival]:
        return [arrival for arrival in self._recent if arrival.at_s > steady_s - WINDOW_S]
