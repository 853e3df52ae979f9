# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Tells a clock that runs at another rate by ages that rise or fall along a straight line."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

from attendseg_ros.clocks import NANOSECONDS

WINDOW_S = 10.0
"""The youngest image of a window tells how far the clocks are apart; all others waited for long."""

LEAST_NS = 100_000_000
"""A smaller change of the age may be anything, and matters little."""

_POINTS = 7
"""Windows that make a line: a minute."""

_MOST = 120
"""Windows that are kept; more are merged in pairs, so that a slow drift is found in the end."""

_OFF_LINE = 0.1
"""Share of its change by which the age may be off the line. A queue that fills ends being full."""


@dataclass(frozen=True)
class _Point:
    at_s: float
    age_ns: int


class ClockDrift:
    """Follows the ages that images of one camera have when they come."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Restarts: a clock was set."""
        self._points: list[_Point] = []
        self._open: _Point | None = None
        self._window_s = WINDOW_S
        self._begun_s = 0.0
        self.per_minute_ns = 0

    def observe(self, age_ns: int, steady_s: float) -> None:
        """Notes an image; `per_minute_ns` is then how much stamps gain in a minute, 0 for nothing.

        Args:
            age_ns: when it came, by its stamp.
            steady_s: when it came, by a clock that never jumps.
        """
        if self._open is None:
            self._open, self._begun_s = _Point(steady_s, age_ns), steady_s
        elif steady_s - self._begun_s >= self._window_s:
            self._close(self._open)
            self._open, self._begun_s = _Point(steady_s, age_ns), steady_s
        elif age_ns < self._open.age_ns:
            self._open = _Point(steady_s, age_ns)

    def _close(self, point: _Point) -> None:
        self._points.append(point)
        if len(self._points) > _MOST:
            pairs = zip(self._points[::2], self._points[1::2], strict=False)
            self._points = [min(pair, key=lambda point: point.age_ns) for pair in pairs]
            self._window_s *= 2.0
        self.per_minute_ns = 0
        if len(self._points) >= _POINTS:
            self._fit()

    def _fit(self) -> None:
        mean_s = fmean(point.at_s for point in self._points)
        mean_ns = fmean(point.age_ns for point in self._points)
        moments = [(point.at_s - mean_s, point.age_ns - mean_ns) for point in self._points]
        slope = sum(s * ns for s, ns in moments) / sum(s * s for s, _ in moments)
        change_ns = abs(slope) * (self._points[-1].at_s - self._points[0].at_s)
        off_ns = max(abs(ns - slope * s) for s, ns in moments)
        if change_ns >= LEAST_NS and off_ns <= _OFF_LINE * change_ns:
            self.per_minute_ns = -round(60.0 * slope)


def in_words(per_minute_ns: int) -> str:
    """A drift with its sign: "-60 ms a minute"."""
    return f"{per_minute_ns / NANOSECONDS * 1e3:+.0f} ms a minute"
