# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether the stamps of a camera are of the node's clock, so that they tell how old an image is.

No receiver can tell a clock that is late from an image that is. These are taken for another clock:

- a stamp ahead of its receipt by more than clocks that are kept together differ;
- one so far behind that no camera's image is as old (`LONGEST_LATENCY_NS`);
- one further behind than the time since the image before can explain: images arrive in order, so
  none ages faster than time passes, and a clock was set;
- stamps that gain or lose steadily, for which a clock of another rate is the reason.

Anything else is the image's age, however long a slow camera takes.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from attendseg_ros.clocks import (
    NANOSECONDS,
    SYNC_ERROR_NS,
    is_age,
    likely_cause,
    offset_in_words,
)
from attendseg_ros.streaming.clock_drift import ClockDrift, in_words
from attendseg_ros.streaming.timing import WINDOW_S

SIMULATED_ERROR_NS = 1 * NANOSECONDS
"""/clock is late by its period, of a second where a bag is played with `--clock 1`."""

SET_NS = 200_000_000
"""An image that ages faster than time passes by this much: a clock was set, or cameras differ."""

_FLOOR = 30
"""Images of which the youngest tells how old images were before a clock was set."""


@dataclass(frozen=True)
class Receipt:
    """How an image came.

    Attributes:
        at_s: when, in seconds of `time.monotonic`.
        aged: whether its stamp tells how old it is.
    """

    at_s: float
    aged: bool


class StampClock:
    """Follows the stamps of one camera; used by one thread.

    Attributes:
        foreign: images up to now whose stamp was of another clock.
    """

    def __init__(self) -> None:
        self._drift = ClockDrift()
        self._ages_ns: deque[int] = deque(maxlen=_FLOOR)
        self._set_from_ns: int | None = None
        self._aged_at: tuple[int, float] = (0, 0.0)
        self._at_s = 0.0
        self._foreign_s: float | None = None
        self._unset_s: float | None = None
        self._clockless = False
        self._stamp_ns = self._offset_ns = 0
        self.foreign = 0

    def observe(self, stamp_ns: int, now_ns: int, steady_s: float, *, simulated: bool) -> bool:
        """Notes an image.

        Args:
            stamp_ns: its stamp; 0 or less is none.
            now_ns: the node's clock.
            steady_s: a clock that never jumps, in seconds.
            simulated: whether the node's clock follows /clock.

        Returns:
            Whether this stamp is of another clock.
        """
        self._at_s = steady_s
        if stamp_ns <= 0:
            self._unset_s = steady_s
            return False
        if not self._is_foreign(now_ns - stamp_ns, now_ns, simulated):
            return False
        self.foreign += 1
        self._foreign_s = steady_s
        self._clockless = simulated and now_ns <= 0
        self._stamp_ns, self._offset_ns = stamp_ns, stamp_ns - now_ns
        return True

    @property
    def aged(self) -> bool:
        """Whether the stamp of the last image tells how old that is."""
        return not self.doubt(self._at_s)

    def doubt(self, steady_s: float) -> str:
        """Why stamps do not tell how old images are, in words; empty while they do.

        Stamps are believed again once they have been right for the time that percentiles are of.

        Args:
            steady_s: now, by the clock that never jumps.
        """
        if not self._lately(self._foreign_s, steady_s):
            return "the stamps are not set" if self._lately(self._unset_s, steady_s) else ""
        if self._clockless:
            return "use_sim_time is set, and nothing has arrived on /clock"
        offset = offset_in_words(self._offset_ns)
        drift_ns = self._drift.per_minute_ns
        drifting = f", {in_words(drift_ns)}" if drift_ns else ""
        return f"the stamps are of another clock (offset {offset}{drifting})"

    def hint(self, steady_s: float) -> str:
        """What makes stamps be of another clock, in words; empty where they are of none."""
        if not self._lately(self._foreign_s, steady_s):
            return ""
        if self._clockless:
            return "start what publishes it, or set use_sim_time to false"
        return likely_cause(self._stamp_ns, self._offset_ns)

    def _lately(self, moment_s: float | None, steady_s: float) -> bool:
        """Whether something was among the last images; a silence does not let it be forgotten."""
        return moment_s is not None and moment_s > min(steady_s, self._at_s) - WINDOW_S

    def _is_foreign(self, age_ns: int, now_ns: int, simulated: bool) -> bool:
        if not is_age(age_ns, SIMULATED_ERROR_NS if simulated else SYNC_ERROR_NS):
            self._ages_ns.clear()
            self._set_from_ns = None
            self._drift.forget()
            return True
        last_now_ns, last_s = self._aged_at
        steady_ns = round((self._at_s - last_s) * NANOSECONDS)
        if self._was_set(age_ns, now_ns - last_now_ns if simulated else steady_ns):
            return True
        self._ages_ns.append(age_ns)
        self._aged_at = (now_ns, self._at_s)
        if simulated:
            return False
        self._drift.observe(age_ns, self._at_s)
        return self._drift.per_minute_ns != 0

    def _was_set(self, age_ns: int, passed_ns: int) -> bool:
        """Whether images look older only since a clock was set, by the node's or the camera's."""
        if self._set_from_ns is None and self._ages_ns:
            if age_ns - self._ages_ns[-1] <= max(passed_ns, 0) + SET_NS:
                return False
            self._set_from_ns = min(self._ages_ns)
            self._drift.forget()
        if self._set_from_ns is not None and age_ns <= self._set_from_ns + SET_NS:
            self._set_from_ns = None
        return self._set_from_ns is not None
