# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which stamps are of another clock, and which images are merely old."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest

from attendseg_ros.streaming.stamp_clock import StampClock
from attendseg_ros.streaming.timing import WINDOW_S

SECOND = 1_000_000_000
NOW_S = 1_780_000_000.0
RATE_HZ = 30.0


class Camera:
    """Images of 30 Hz by a clock of its own, and a node's clock that may be set."""

    def __init__(self, *, simulated: bool = False, period_s: float = 0.0) -> None:
        self.clock = StampClock()
        self.steady_s = 500.0
        self.node_s = NOW_S
        self.simulated = simulated
        self.period_s = period_s

    def see(
        self, seconds: float, stamp_s: Callable[[float], float], rate_hz: float = RATE_HZ
    ) -> list[bool]:
        """For each image whether its age was known.

        Args:
            seconds: how long images come.
            stamp_s: gives the stamp that an image has when it comes, of the node's time.
            rate_hz: of the images.
        """
        known = []
        for _ in range(round(seconds * rate_hz)):
            self.steady_s += 1.0 / rate_hz
            self.node_s += 1.0 / rate_hz
            now_s = self.node_s if self.period_s == 0.0 else self.node_s // self.period_s
            now_ns = round(now_s * (self.period_s or 1.0) * SECOND)
            stamp_ns = round(stamp_s(self.node_s) * SECOND)
            self.clock.observe(stamp_ns, now_ns, self.steady_s, simulated=self.simulated)
            known.append(self.clock.aged)
        return known

    @property
    def doubt(self) -> str:
        return self.clock.doubt(self.steady_s)


def late(delay_s: float, jitter_s: float = 0.0) -> Callable[[float], float]:
    rng = random.Random(0)
    return lambda now_s: now_s - delay_s - rng.uniform(0.0, jitter_s)


@pytest.mark.parametrize("delay_s", [0.0, 0.03, 0.3, 2.0, 5.0, 9.9])
def test_an_image_that_is_merely_old_has_an_age(delay_s: float) -> None:
    camera = Camera()
    assert all(camera.see(600.0, late(delay_s)))
    assert not camera.doubt
    assert not camera.clock.foreign


@pytest.mark.parametrize(("delay_s", "jitter_s"), [(0.005, 0.1), (0.3, 2.0), (3.0, 5.0)])
def test_delays_that_vary_are_delays(delay_s: float, jitter_s: float) -> None:
    camera = Camera()
    # In order, as any transport delivers: an image waits for the one before it.
    rng, last_s = random.Random(1), [0.0]

    def stamp(now_s: float) -> float:
        last_s[0] = max(last_s[0], now_s - delay_s - rng.uniform(0.0, jitter_s))
        return last_s[0]

    assert all(camera.see(600.0, stamp))


def test_a_queue_that_fills_and_empties_is_no_clock() -> None:
    camera = Camera()
    delay_s = [0.05]

    def filling(now_s: float) -> float:
        delay_s[0] = min(delay_s[0] + 0.01, 4.0)
        return now_s - delay_s[0]

    assert all(camera.see(120.0, filling))
    assert all(camera.see(60.0, late(0.05)))


def test_a_clock_within_the_error_of_synchronised_ones_is_the_nodes() -> None:
    assert all(Camera().see(20.0, late(-0.008)))


@pytest.mark.parametrize(
    ("offset_s", "words"),
    [
        (37.0, "+37.0 s"),
        (18.0, "+18.0 s"),
        (0.05, "+50 ms"),
        (-37.0, "-37.0 s"),
        (3600.0, "+1.00 h"),
        (-7200.0, "-2.00 h"),
        (-20 * 86_400.0, "-20.0 days"),
        (1000.0 - NOW_S, "-56.4 years"),
    ],
)
def test_an_offset_is_named_with_its_sign(offset_s: float, words: str) -> None:
    camera = Camera()
    assert not any(camera.see(20.0, late(-offset_s)))
    assert camera.doubt == f"the stamps are of another clock (offset {words})"
    assert camera.clock.hint(camera.steady_s)
    assert camera.clock.foreign == 20 * RATE_HZ


@pytest.mark.parametrize("rate", [1.01, 0.99, 1.0 + 1e-4])
def test_the_clock_since_boot_may_run_at_another_rate(rate: float) -> None:
    camera = Camera()
    assert not any(camera.see(60.0, lambda now_s: 1000.0 + rate * (now_s - NOW_S)))


def test_a_silence_does_not_make_stamps_right() -> None:
    camera = Camera()
    camera.see(2.0, late(-37.0))
    assert camera.clock.doubt(camera.steady_s + 100.0)


def test_stamps_are_believed_once_they_have_been_right_for_a_while() -> None:
    camera = Camera()
    camera.see(2.0, late(-37.0))
    known = camera.see(10.0, late(0.03))
    assert known.index(True) == pytest.approx(WINDOW_S * RATE_HZ, abs=2)
    assert all(known[known.index(True) :])
    assert not camera.doubt
    assert not camera.clock.hint(camera.steady_s)


def test_stamps_that_are_not_set() -> None:
    camera = Camera()
    assert not any(camera.see(2.0, lambda _: 0.0))
    assert camera.doubt == "the stamps are not set"
    assert not camera.clock.foreign
    assert not camera.see(2.0, late(0.1))[-1]
    assert camera.see(6.0, late(0.1))[-1]


@pytest.mark.parametrize("by_s", [0.5, 3.0, 9.0, 60.0, 7200.0])
@pytest.mark.parametrize("whose", ["camera's set back", "node's set ahead"])
def test_a_clock_that_is_set_while_images_come(by_s: float, whose: str) -> None:
    camera = Camera()
    assert all(camera.see(10.0, late(0.03, 0.01)))
    if whose == "node's set ahead":
        camera.node_s += by_s
    assert not any(camera.see(60.0, late(0.03 + by_s, 0.01)))
    assert "of another clock (offset -" in camera.doubt
    # Set right again.
    assert camera.see(WINDOW_S + 1.0, late(0.03, 0.01))[-1]


def test_a_clock_that_is_set_ahead_while_images_come() -> None:
    camera = Camera()
    camera.see(10.0, late(0.03))
    assert not any(camera.see(60.0, late(0.03 - 3.0)))
    assert "offset +3.0 s" in camera.doubt


def test_a_node_whose_clock_was_wrong_and_is_set_right() -> None:
    camera = Camera()
    assert not any(camera.see(10.0, late(-3.0)))
    camera.node_s += 3.03
    assert camera.see(WINDOW_S + 1.0, late(0.03))[-1]


def test_a_pause_explains_an_older_image() -> None:
    camera = Camera()
    camera.see(10.0, late(0.03))
    camera.steady_s += 3.0
    camera.node_s += 3.0
    # What waited meanwhile comes now.
    assert all(camera.see(0.1, late(3.0)))
    assert all(camera.see(10.0, late(0.03)))


@pytest.mark.parametrize("ppm", [5000.0, 500.0, -500.0, 100.0, -50.0])
def test_a_clock_of_another_rate_is_found_before_it_matters(ppm: float) -> None:
    camera = Camera()
    start_s, rng = camera.node_s, random.Random(2)

    def stamp(now_s: float) -> float:
        lost_s = (now_s - start_s) * ppm * 1e-6
        return now_s - 0.3 - rng.uniform(0.0, 0.02) - lost_s

    # By the time it is 0.2 s off; a camera of 5 Hz, to be quick.
    known = camera.see(max(200.0, 0.2 / abs(ppm * 1e-6)), stamp, rate_hz=5.0)
    assert known[0]
    assert not known[-1]
    told = re.search(r"offset -0?\d.*, ([+-]\d+) ms a minute", camera.doubt)
    assert told is not None
    assert int(told[1]) == pytest.approx(-ppm * 60e-3, rel=0.05, abs=1.0)


def test_a_delay_that_wanders_is_no_drift() -> None:
    camera = Camera()
    delay_s, rng = [0.5], random.Random(3)

    def stamp(now_s: float) -> float:
        delay_s[0] = min(max(delay_s[0] + rng.uniform(-0.02, 0.02), 0.1), 2.0)
        return now_s - delay_s[0]

    assert all(camera.see(3600.0, stamp, rate_hz=5.0))


def test_the_time_of_a_simulator_may_be_late_by_its_period() -> None:
    camera = Camera(simulated=True, period_s=0.9)
    camera.node_s = 5.0
    assert all(camera.see(60.0, late(0.0)))
    # A bag that restarts: the clock and the stamps go back together, one before the other.
    camera.see(0.1, lambda now_s: now_s - 40.0)
    camera.node_s -= 40.0
    assert camera.see(WINDOW_S + 1.0, late(0.05))[-1]


def test_a_simulator_with_images_of_another_clock() -> None:
    camera = Camera(simulated=True)
    camera.node_s = 5.0
    assert not any(camera.see(10.0, lambda now_s: NOW_S + now_s))
    assert "offset +56.4 years" in camera.doubt


def test_a_simulated_clock_that_nobody_publishes() -> None:
    clock = StampClock()
    clock.observe(round(NOW_S * SECOND), 0, 500.0, simulated=True)
    assert "nothing has arrived on /clock" in clock.doubt(500.0)
    assert "use_sim_time" in clock.hint(500.0)
