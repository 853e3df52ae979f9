# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Lost frames, stamps and clocks gone wrong, and mixed cameras, from arrivals alone."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from attendseg_ros.streaming.stamp_checks import StampChecks, StampFault

SECOND = 1_000_000_000
START = 1_000 * SECOND
PERIOD = 1 / 30


def watch_of(seconds: Iterable[float], form: str = "rgb8 640x480") -> tuple[StampChecks, float]:
    """A watch that has seen images with these stamps as they came, and the last moment."""
    watch, last = StampChecks(), 0.0
    for last in seconds:
        stamp = START + round(last * SECOND)
        watch.observe(stamp, stamp + SECOND // 50, last, form)
    return watch, last


def test_a_steady_camera_misses_nothing() -> None:
    watch, last = watch_of(index * PERIOD for index in range(200))
    assert watch.missing == 0
    assert watch.missing_lately(last) == (0, 0.0)
    assert not watch.faults


def test_stamps_that_jitter_are_no_gaps() -> None:
    rng = random.Random(1)
    watch, _ = watch_of(index * PERIOD + rng.uniform(-0.4, 0.4) * PERIOD for index in range(3000))
    assert watch.missing == 0


@pytest.mark.parametrize("every", [4, 5, 10])
def test_lost_frames_are_counted(every: int) -> None:
    kept = [index for index in range(600) if index < 20 or index % every]
    watch, last = watch_of(index * PERIOD for index in kept)
    lost = len([index for index in range(20, 600) if not index % every])
    assert watch.missing == pytest.approx(lost, abs=2)
    count, ratio = watch.missing_lately(last)
    assert ratio == pytest.approx(1 / every, abs=0.05)
    assert count == pytest.approx(150 / every, abs=3)
    # It is of the last seconds only.
    assert watch.missing_lately(last + 10.0) == (0, 0.0)


def test_several_frames_lost_at_once_count_each() -> None:
    kept = [index for index in range(120) if index not in (60, 61, 62, 63)]
    watch, _ = watch_of(index * PERIOD for index in kept)
    assert watch.missing == 4


def test_a_pause_is_no_loss() -> None:
    first = [index * PERIOD for index in range(60)]
    watch, _ = watch_of([*first, *(moment + 60.0 for moment in first)])
    assert watch.missing == 0
    assert not watch.faults


def test_another_rate_is_no_loss_for_long() -> None:
    fast = [index * PERIOD for index in range(90)]
    slow = [3.0 + index * 0.1 for index in range(1, 100)]
    watch, last = watch_of([*fast, *slow])
    assert watch.missing_lately(last) == (0, 0.0)


@pytest.mark.parametrize(
    ("stamps", "faults"),
    [
        ((1.0, 0.5, 1.0), {StampFault.BACKWARDS: 1}),
        ((1.0, 86_401.0, 86_402.0), {StampFault.JUMP: 1}),
        ((1.0, 86_401.0, 2.0), {StampFault.JUMP: 1, StampFault.BACKWARDS: 1}),
        ((1.0, 1.0), {}),
        ((1.0, None, None, 2.0), {StampFault.UNSET: 2}),
    ],
)
def test_faulty_stamps_are_named(
    stamps: tuple[float | None, ...], faults: dict[StampFault, int]
) -> None:
    watch = StampChecks()
    for index, stamp in enumerate(stamps):
        stamp_ns = 0 if stamp is None else START + round(stamp * SECOND)
        watch.observe(stamp_ns, START + index * SECOND // 30, index / 30, "rgb8")
    assert watch.faults == faults
    assert watch.missing == 0


def test_one_image_again_and_again_is_told_by_how_long() -> None:
    watch, last = watch_of(index * PERIOD for index in range(10))
    assert watch.repeated_s(last + 9.0) == 0.0
    stamp = START + round(last * SECOND)
    for again in (1.0, 2.0, 7.0):
        watch.observe(stamp, stamp + round(again * SECOND), last + again, "rgb8 640x480")
    assert watch.repeated_s(last + 7.5) == pytest.approx(7.5)
    assert not watch.faults
    # A new one ends it, and is not ahead of the time that has passed. Without a stamp none repeats.
    watch.observe(stamp + 8 * SECOND, stamp + 8 * SECOND, last + 8.0, "rgb8 640x480")
    assert watch.repeated_s(last + 8.5) == 0.0
    assert not watch.faults
    for moment in (9.0, 10.0):
        watch.observe(0, stamp + round(moment * SECOND), last + moment, "rgb8 640x480")
    assert watch.repeated_s(last + 11.0) == 0.0


def test_a_clock_that_runs_backwards_is_named_and_then_forgotten() -> None:
    watch = StampChecks()
    moments = [100 + index * PERIOD for index in range(30)]
    for steady, now in enumerate([*moments, *(moment - 90 for moment in moments)]):
        stamp = round(now * SECOND)
        watch.observe(stamp, stamp, steady * PERIOD, "rgb8")
    assert watch.faults == {StampFault.CLOCK: 1}
    assert watch.missing == 0


def test_forms_in_turn_are_a_mixture_and_one_change_is_none() -> None:
    watch = StampChecks()
    for index in range(10):
        form = "rgb8 64x64" if index < 5 else "bgr8 64x64"
        watch.observe(START + index * SECOND, START + index * SECOND, index * 0.1, form)
    assert not watch.mixture(1.0)
    for index in range(10, 20):
        form = ("rgb8 64x64", "mono8 64x64")[index % 2]
        watch.observe(START + index * SECOND, START + index * SECOND, index * 0.1, form)
    assert set(watch.mixture(2.0)) >= {"rgb8 64x64", "mono8 64x64"}
    assert not watch.mixture(20.0)
