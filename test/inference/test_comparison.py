# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Engines compared in turns: sure differences, ties, and machines that do other things."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from attendseg_ros.errors import EngineError
from attendseg_ros.inference.comparison import (
    LONGEST_S,
    MOST_ROUNDS,
    Runner,
    compare,
    is_faster,
)


class Machine:
    """Simulated: what else it does slows all that run in the same while, and some frames more."""

    def __init__(self, seed: int, noise: float) -> None:
        self._random = np.random.default_rng(seed)
        self._noise = noise
        self._load = 0.0

    def engine(self, ms: float) -> Runner:
        machine = self

        class Engine:
            def burst_ms(self) -> float:
                return ms * machine.slowed()

        return Engine()

    def slowed(self) -> float:
        # Load drifts slowly; a burst is disturbed for itself, too.
        self._load = 0.9 * self._load + self._noise * self._random.normal()
        return math.exp(abs(self._load) + self._noise * self._random.exponential())


def decisions(other_ms: float, noise: float, starts: int = 60) -> Counter[str]:
    """What as many starts decide, where the first engine takes 10 ms."""
    found: Counter[str] = Counter()
    for seed in range(starts):
        machine = Machine(seed, noise)
        runners = {"first": machine.engine(10.0), "other": machine.engine(other_ms)}
        found[compare("first", runners).fastest] += 1
    return found


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.3])
@pytest.mark.parametrize("other_ms", [10.0, 9.5, 12.0, 30.0])
def test_one_that_is_not_clearly_faster_never_wins(other_ms: float, noise: float) -> None:
    assert decisions(other_ms, noise) == {"first": 60}


@pytest.mark.parametrize(("other_ms", "noise"), [(8.0, 0.03), (6.0, 0.1), (4.0, 0.2)])
def test_one_that_is_clearly_faster_wins_each_time(other_ms: float, noise: float) -> None:
    assert decisions(other_ms, noise) == {"other": 60}


@pytest.mark.parametrize(("other_ms", "sure"), [(5.0, True), (20.0, False), (10.0, False)])
def test_a_quiet_machine_needs_few_rounds(other_ms: float, sure: bool) -> None:
    machine = Machine(1, 0.01)
    runners = {"first": machine.engine(10.0), "other": machine.engine(other_ms)}
    found = compare("first", runners)
    assert (found.fastest == "other") == sure
    assert found.rounds <= 8


def test_measuring_ends_where_it_cannot_be_sure() -> None:
    machine = Machine(3, 1.0)
    found = compare("first", {"first": machine.engine(10.0), "other": machine.engine(9.0)})
    assert found.fastest == "first"
    assert found.rounds == MOST_ROUNDS
    assert set(found.medians_ms) == {"first", "other"}


def test_three_end_with_the_fastest_of_those_surely_faster() -> None:
    machine = Machine(5, 0.01)
    times = {"first": 10.0, "second": 7.0, "third": 4.0}
    found = compare("first", {name: machine.engine(ms) for name, ms in times.items()})
    assert found.fastest == "third"


def test_one_that_breaks_down_is_left_out() -> None:
    class Broken:
        def burst_ms(self) -> float:
            raise EngineError("out of memory")

    machine = Machine(7, 0.01)
    found = compare("first", {"first": machine.engine(10.0), "other": Broken()})
    assert found.fastest == "first"
    assert found.broken == {"other": "out of memory"}
    assert set(found.medians_ms) == {"first"}
    with pytest.raises(EngineError, match="out of memory"):
        compare("first", {"first": Broken()})


def test_two_rounds_say_nothing() -> None:
    assert is_faster([10.0, 10.0], [1.0, 1.0]) is None
    assert is_faster([10.0, 10.0, 10.0], [1.0, 1.0, 1.0]) is True
    assert is_faster([10.0, 10.0, 10.0], [11.0, 11.0, 11.0]) is False
    assert is_faster([10.0, 10.0, 10.0], [1.0, 100.0, 5.0]) is None


@pytest.mark.parametrize("freedom", [1, 2, 3, 5, 10, 23])
def test_the_limits_are_students(freedom: int) -> None:
    from attendseg_ros.inference.comparison import _STUDENT

    # The density integrated from 0: one half less one thousandth.
    t = np.linspace(0.0, _STUDENT[freedom - 1], 200_001)
    scale = math.gamma((freedom + 1) / 2) / math.gamma(freedom / 2) / math.sqrt(freedom * math.pi)
    density = scale * (1.0 + t**2 / freedom) ** (-(freedom + 1) / 2)
    below = float(np.sum((density[1:] + density[:-1]) / 2.0) * (t[1] - t[0]))
    assert below == pytest.approx(0.499, abs=2e-6)


@pytest.mark.parametrize(
    ("burst_s", "rounds", "longest_s"),
    [
        # Two that cannot be told apart, on boards of four small cores and on slower ones.
        (0.15, 14, LONGEST_S + 0.3),
        (0.6, 4, LONGEST_S + 1.2),
        (3.0, 3, 3 * 2 * 3.0),
    ],
)
def test_on_a_slow_board_measuring_has_an_end(
    monkeypatch: pytest.MonkeyPatch, burst_s: float, rounds: int, longest_s: float
) -> None:
    clock = 0.0
    monkeypatch.setattr("attendseg_ros.inference.comparison.time.monotonic", lambda: clock)

    class Slow:
        def __init__(self) -> None:
            self._random = np.random.default_rng(0)

        def burst_ms(self) -> float:
            nonlocal clock
            clock += burst_s
            return float(burst_s * 1e3 * self._random.uniform(0.5, 2.0))

    other = Slow()
    other._random = np.random.default_rng(1)
    found = compare("first", {"first": Slow(), "other": other})
    assert found.fastest == "first"
    assert found.rounds == rounds
    assert clock <= longest_s + 1e-9
