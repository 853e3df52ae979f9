# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The choice of the input size, under simulated loads that come and go."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from attendseg_ros.streaming.size_policy import PacedFrame, Size, SizePolicy

SIZES = [(512, 384), (448, 320), (384, 256), (256, 192)]
LARGEST, SMALLEST = SIZES[0], SIZES[-1]

Load = Callable[[float], float]


class Robot:
    """A camera and a node by the clock of a simulation.

    The network takes `fixed_ms` and what its pixels cost, 20 ms at the largest size, times the
    load; the rest of the node takes 3 ms, and the image comes 2 ms after its stamp.
    """

    def __init__(self, target_ms: float, rate_hz: float = 30.0, fixed_ms: float = 0.0) -> None:
        self.policy = SizePolicy(SIZES, LARGEST, target_ms)
        self.running: Size = LARGEST
        self.period_s = 1.0 / rate_hz
        self.fixed_ms = fixed_ms
        self.now_s = self.free_s = 0.0
        self.moves: list[tuple[float, Size]] = []
        self.random = random.Random(3)
        self.noise = 0.0
        self.spike_every = 0
        self.frames = 0

    def network_ms(self, size: Size) -> float:
        return self.fixed_ms + 20.0 * size[0] * size[1] / (LARGEST[0] * LARGEST[1])

    def run(self, seconds: float, load: Load = lambda _: 1.0) -> None:
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s += self.period_s
            if self.now_s + 0.002 + self.period_s > self.free_s:
                self._frame(load(self.now_s))

    def _frame(self, load: float) -> None:
        self.frames += 1
        factor = load * (1.0 + self.random.uniform(0.0, self.noise))
        if self.spike_every and self.frames % self.spike_every == 0:
            factor *= 2.5
        network_ms = factor * self.network_ms(self.running)
        # A frame waits for the one in hand, and only the newest does.
        start_s = max(self.now_s + 0.002, self.free_s)
        self.free_s = start_s + (network_ms + 3.0) / 1e3
        latency_ms = (self.free_s - self.now_s) * 1e3
        frame = PacedFrame(latency_ms, network_ms + 3.0, network_ms, self.free_s)
        size = self.policy.observe(frame, self.running)
        if size is not None:
            self.policy.move(size)
            self.moves.append((self.now_s, size))
            self.running = size


def test_a_target_that_is_kept_changes_nothing() -> None:
    robot = Robot(target_ms=40.0)
    robot.run(600.0)
    assert robot.moves == []
    assert robot.policy.why == "the largest"
    assert robot.policy.unreachable == ""


def test_a_load_that_comes_and_goes() -> None:
    robot = Robot(target_ms=32.0)
    robot.run(30.0)
    assert robot.running == LARGEST
    robot.run(2.0, lambda _: 2.0)
    # 2 + 3 + 2 * 20 * 1/2 = 25 ms at 384x256, and 34 ms at the next larger size.
    assert robot.running == (384, 256)
    assert "was 45.0 ms" not in robot.policy.why
    assert "448x320" in robot.policy.why
    robot.run(60.0, lambda _: 2.0)
    assert robot.running == (384, 256)
    assert robot.policy.unreachable == ""
    robot.run(20.0)
    assert robot.running == LARGEST
    assert "expected" in robot.policy.why
    robot.run(1.0, lambda _: 2.0)
    assert robot.running == (384, 256)


def test_it_goes_down_within_a_second_and_up_one_by_one_after_five() -> None:
    robot = Robot(target_ms=32.0)
    robot.run(10.0, lambda _: 4.0)
    down = list(robot.moves)
    assert [size for _, size in down] == SIZES[1:]
    assert down[-1][0] < 2.0
    robot.moves.clear()
    robot.run(60.0)
    up = list(robot.moves)
    assert [size for _, size in up] == SIZES[-2::-1]
    assert all(later - sooner >= 5.0 for (sooner, _), (later, _) in pairwise(up))


def test_noise_and_single_spikes_change_nothing() -> None:
    robot = Robot(target_ms=42.0, rate_hz=20.0)
    robot.noise = 0.4
    robot.spike_every = 50
    robot.run(300.0)
    assert robot.moves == []


def test_spikes_of_a_tenth_of_the_frames_are_above_a_p95() -> None:
    robot = Robot(target_ms=40.0)
    robot.spike_every = 10
    robot.run(20.0)
    assert robot.running != LARGEST


def test_an_unreachable_target_stays_at_the_smallest_and_says_so() -> None:
    robot = Robot(target_ms=6.0)
    robot.run(300.0)
    assert robot.running == SMALLEST
    assert len(robot.moves) == len(SIZES) - 1
    assert "256x192" in robot.policy.unreachable
    assert "target_latency_ms 6" in robot.policy.unreachable
    # 2 + 3 + 5 ms.
    assert "10.0 ms" in robot.policy.unreachable
    robot.policy.target_ms = 40.0
    robot.run(60.0)
    assert robot.running == LARGEST
    assert robot.policy.unreachable == ""


def test_a_size_just_out_of_reach_is_tried_ever_more_seldom() -> None:
    robot = Robot(target_ms=40.0)

    def load(now_s: float) -> float:
        # What cannot be foreseen: only the largest size is too slow.
        return 2.5 if robot.running == LARGEST and now_s > 1.0 else 1.0

    robot.run(600.0, load)
    tries = [at_s for at_s, size in robot.moves if size == LARGEST]
    waits = [later - sooner for sooner, later in pairwise(tries)]
    assert 4 <= len(tries) <= 8
    assert all(later >= 1.8 * sooner for sooner, later in pairwise(waits))
    # Once it holds for long, it is trusted again.
    robot.run(1000.0)
    assert robot.running == LARGEST
    robot.run(5.0, lambda _: 2.5)
    assert robot.running != LARGEST
    robot.run(30.0)
    assert robot.running == LARGEST


def test_costs_that_do_not_grow_with_the_pixels_are_learnt() -> None:
    # 25 + 20 + 5 = 50 ms at the largest size; by its pixels alone it would be 25 + 35 + 5.
    robot = Robot(target_ms=57.0, rate_hz=10.0, fixed_ms=25.0)
    robot.run(10.0)
    robot.run(20.0, lambda _: 2.0)
    assert robot.running == SMALLEST
    robot.run(60.0)
    assert robot.running == LARGEST


def test_a_size_at_which_frames_would_wait_for_one_another_is_not_tried() -> None:
    robot = Robot(target_ms=60.0, rate_hz=60.0)
    robot.running = robot.policy.size = (384, 256)
    # 2 * 10 + 3 ms within 16.7 ms is too much, and 2 * (2 * 14.6 + 3) ms is above the target.
    robot.run(100.0, lambda _: 2.0)
    assert robot.running == (384, 256)
    assert robot.moves == []


def test_frames_of_another_size_say_nothing() -> None:
    policy = SizePolicy(SIZES, LARGEST, 10.0)
    for number in range(100):
        assert policy.observe(PacedFrame(50.0, 50.0, 40.0, number / 30), SMALLEST) is None


def test_a_pause_of_the_camera_is_no_waiting() -> None:
    robot = Robot(target_ms=40.0)
    robot.run(2.0, lambda _: 3.0)
    robot.run(2.0)
    small = robot.running
    assert small != LARGEST
    robot.now_s += 1000.0
    robot.run(1.0)
    assert robot.running == small


def test_a_size_that_cannot_run_is_left_out() -> None:
    robot = Robot(target_ms=32.0)
    while not robot.moves:
        robot.run(0.1, lambda _: 4.0)
    refused = robot.running
    robot.policy.refuse()
    robot.running = robot.policy.size
    assert robot.running == LARGEST
    assert "448x320 cannot run" in robot.policy.why
    robot.moves.clear()
    robot.run(20.0, lambda _: 4.0)
    assert robot.running == SMALLEST
    robot.run(60.0)
    assert robot.running == LARGEST
    assert refused not in [size for _, size in robot.moves]


@pytest.mark.parametrize("target_ms", [6.0, 20.0, 40.0])
def test_the_same_frames_lead_to_the_same_sizes(target_ms: float) -> None:
    robots = [Robot(target_ms), Robot(target_ms)]
    for robot in robots:
        robot.noise = 1.0
        robot.run(100.0, lambda now_s: 1.0 + (now_s // 20.0) % 3)
    assert robots[0].moves == robots[1].moves
