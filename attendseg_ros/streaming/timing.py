# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Stage times of a frame, and the rate and latency of the frames of the last seconds."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from math import isnan, nan
from threading import Lock
from time import perf_counter

from builtin_interfaces.msg import Time as StampMessage

from attendseg_ros.clocks import NANOSECONDS

_MOST_EVENTS = 5_000

WINDOW_S = 5.0
"""Rates and percentiles are of this many seconds."""


class Stopwatch:
    """Milliseconds of one stage after another."""

    def __init__(self) -> None:
        self._start_s = self._lap_s = perf_counter()

    def lap_ms(self) -> float:
        """Milliseconds since the last call, or since the start."""
        before, self._lap_s = self._lap_s, perf_counter()
        return (self._lap_s - before) * 1e3

    def total_ms(self) -> float:
        """Milliseconds from the start to the last lap."""
        return (self._lap_s - self._start_s) * 1e3


@dataclass
class FrameTimes:
    """Milliseconds of each stage of one frame, named as in `SegmentationTiming`."""

    conversion_ms: float = nan
    resize_ms: float = nan
    network_ms: float = nan
    decode_ms: float = nan
    masks_ms: float = nan
    publish_ms: float = nan
    processing_time_ms: float = nan
    cyclic_time_ms: float = nan
    pipeline_latency_ms: float = nan
    since_receipt_ms: float = nan
    """From the image's receipt to its masks: all of the latency that is known by one clock."""

    def message_fields(self) -> dict[str, float]:
        """What `SegmentationTiming` has fields for."""
        fields = asdict(self)
        del fields["since_receipt_ms"]
        return fields


def stamp_ns(stamp: StampMessage) -> int:
    """Nanoseconds of a message's stamp; unlike rclpy's Time, also of a negative one."""
    return int(stamp.sec) * NANOSECONDS + int(stamp.nanosec)


class RateWindow:
    """The times of the events of the last seconds, by a clock that may jump (`use_sim_time`)."""

    def __init__(self) -> None:
        self._lock = Lock()
        # Bounded in itself: by a clock that stands still no event is ever past.
        self._times_ns: deque[int] = deque(maxlen=_MOST_EVENTS)

    def add(self, now_ns: int) -> None:
        """Notes an event; a clock that ran backwards restarts the window."""
        with self._lock:
            if self._times_ns and now_ns < self._times_ns[-1]:
                self._times_ns.clear()
            self._times_ns.append(now_ns)
            while self._times_ns[0] < now_ns - WINDOW_S * NANOSECONDS:
                self._times_ns.popleft()

    def clear(self) -> None:
        """Forgets every event: what follows is not the same stream."""
        with self._lock:
            self._times_ns.clear()

    def age_s(self, now_ns: int) -> float:
        """Seconds since the last event; NaN before the first and after the clock ran backwards."""
        with self._lock:
            if not self._times_ns or now_ns < self._times_ns[-1]:
                return nan
            return (now_ns - self._times_ns[-1]) / NANOSECONDS

    def rate_hz(self, now_ns: int) -> float:
        """Events a second, falling while events fail to come.

        NaN before the second event, and when the clock has run backwards since the last.
        """
        with self._lock:
            if len(self._times_ns) < 2:
                return nan
            first, last, intervals = self._times_ns[0], self._times_ns[-1], len(self._times_ns) - 1
        # The clock is read in one thread and events are noted in another: a moment is no jump.
        if last == first or now_ns < last - NANOSECONDS:
            return nan
        # An interval that has not ended yet counts once it is longer than those before it.
        interval = (last - first) / intervals
        return intervals * NANOSECONDS / (max(last, now_ns - interval) - first)


class History:
    """The times, in milliseconds, of the last frames."""

    # 5 s at 60 Hz.
    _LENGTH = 300

    def __init__(self) -> None:
        self._processing: deque[float] = deque(maxlen=self._LENGTH)
        self._latency: deque[float] = deque(maxlen=self._LENGTH)
        self._since_receipt: deque[float] = deque(maxlen=self._LENGTH)

    def add(self, times: FrameTimes) -> None:
        """Notes a finished frame; a latency that is not known is left out."""
        self._processing.append(times.processing_time_ms)
        if not isnan(times.since_receipt_ms):
            self._since_receipt.append(times.since_receipt_ms)
        if not isnan(times.pipeline_latency_ms):
            self._latency.append(times.pipeline_latency_ms)

    def clear(self) -> None:
        """Forgets every frame."""
        self._processing.clear()
        self._latency.clear()
        self._since_receipt.clear()

    def processing_ms(self) -> list[float]:
        """Processing times, oldest first."""
        return list(self._processing)

    def latency_ms(self) -> list[float]:
        """Times from the camera's stamp to the mask, oldest first."""
        return list(self._latency)

    def since_receipt_ms(self) -> list[float]:
        """Times from the receipt of the image to the mask, oldest first."""
        return list(self._since_receipt)
