# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Rates, latencies and limits by clocks that pause and jump."""

from __future__ import annotations

import math
import random
import time
import tracemalloc

import pytest

from attendseg_ros.streaming.throttle import RateLimit, Throttle
from attendseg_ros.streaming.timing import (
    FrameTimes,
    History,
    RateWindow,
    Stopwatch,
)

SECOND = 1_000_000_000


def window_of(*seconds: float) -> RateWindow:
    window = RateWindow()
    for moment in seconds:
        window.add(round(moment * SECOND))
    return window


def test_rate_of_a_steady_camera() -> None:
    window = window_of(*(100 + index / 30 for index in range(200)))
    last = 100 + 199 / 30
    assert window.rate_hz(round(last * SECOND)) == pytest.approx(30.0)
    # Between two frames it is still 30 Hz.
    assert window.rate_hz(round((last + 0.03) * SECOND)) == pytest.approx(30.0, rel=0.01)


def test_rate_falls_once_frames_fail_to_come() -> None:
    window = window_of(*(100 + index / 30 for index in range(151)))
    rates = [window.rate_hz(round((105 + gone) * SECOND)) for gone in (0.0, 1.0, 5.0, 60.0)]
    assert rates == sorted(rates, reverse=True)
    assert rates[2] == pytest.approx(15.0, rel=0.02)
    assert rates[3] < 3.0


def test_rate_follows_a_change_within_the_window() -> None:
    fast = [100 + index / 100 for index in range(500)]
    slow = [105 + index / 10 for index in range(80)]
    assert window_of(*fast, *slow).rate_hz(113 * SECOND) == pytest.approx(10.0, rel=0.05)


def test_rate_of_less_than_two_events_is_unknown() -> None:
    assert math.isnan(window_of().rate_hz(SECOND))
    assert math.isnan(window_of(1).rate_hz(SECOND))
    assert math.isnan(window_of(1, 1).rate_hz(SECOND))


def test_age() -> None:
    assert math.isnan(window_of().age_s(SECOND))
    assert window_of(1, 2).age_s(5 * SECOND) == 3.0
    cleared = window_of(1, 2)
    cleared.clear()
    assert math.isnan(cleared.age_s(5 * SECOND))


def test_a_clock_that_jumps_back_starts_anew() -> None:
    window = window_of(1000, 1001, 1002, 5, 6, 7)
    assert window.rate_hz(7 * SECOND) == pytest.approx(1.0)
    assert window.age_s(7 * SECOND) == 0.0
    assert math.isnan(window.age_s(6 * SECOND))


def test_history_leaves_unknown_latencies_out() -> None:
    history = History()
    history.add(FrameTimes(processing_time_ms=1.0, pipeline_latency_ms=3.0))
    history.add(FrameTimes(processing_time_ms=2.0, since_receipt_ms=2.5))
    assert history.processing_ms() == [1.0, 2.0]
    assert history.latency_ms() == [3.0]
    assert history.since_receipt_ms() == [2.5]
    history.clear()
    assert history.processing_ms() == history.latency_ms() == history.since_receipt_ms() == []


def test_stopwatch_laps_add_up() -> None:
    watch = Stopwatch()
    time.sleep(0.01)
    first = watch.lap_ms()
    time.sleep(0.02)
    second = watch.lap_ms()
    assert first >= 10.0
    assert second >= 20.0
    assert watch.total_ms() == pytest.approx(first + second)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_throttle_lets_each_key_through_once_a_period() -> None:
    clock = Clock()
    throttle = Throttle(period_s=0.2, clock=clock)
    assert throttle.ready("a")
    assert throttle.ready("b")
    clock.now_s += 0.19
    assert not throttle.ready("a")
    clock.now_s += 0.02
    assert throttle.ready("a")


def test_throttle_keeps_no_key_for_ever() -> None:
    clock = Clock()
    throttle = Throttle(period_s=0.2, clock=clock)
    tracemalloc.start()
    try:
        for number in range(100_000):
            clock.now_s += 0.01
            assert throttle.ready(f"box_{number}")
        assert tracemalloc.get_traced_memory()[0] < 1e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("camera_hz", "limit_hz"), [(200.0, 100.0), (200.0, 60.0), (100.0, 100.0)])
def test_rate_limit_keeps_the_average(camera_hz: float, limit_hz: float) -> None:
    clock = Clock()
    limit = RateLimit(clock)
    jitter = random.Random(0)
    accepted = 0
    for image in range(1, 10_001):
        clock.now_s = 1000.0 + (image + jitter.uniform(-0.3, 0.3)) / camera_hz
        accepted += limit.allows(limit_hz)
    expected = limit_hz * 10_000 / camera_hz
    assert 0.98 * expected <= accepted <= expected + 2


def test_no_rate_limit_allows_everything() -> None:
    limit = RateLimit()
    assert all(limit.allows(0.0) for _ in range(1000))
