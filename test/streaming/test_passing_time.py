# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A clock that stands still, and the time that passes all the same."""

from __future__ import annotations

import pytest

from attendseg_ros.streaming.passing_time import PATIENCE_S, PassingTime
from attendseg_ros.streaming.timing import RateWindow

SECOND = 1_000_000_000


class Clocks:
    """The node's clock and the machine's, both set by hand."""

    def __init__(self) -> None:
        self.node_s = 100.0
        self.steady_s = 5.0
        self.passing = PassingTime(lambda: self.steady_s)

    def now_s(
        self, passed_s: float = 0.0, moved_s: float = 0.0, *, simulated: bool = True
    ) -> float:
        """The time after the machine's clock has gone on, and the node's has moved."""
        self.steady_s += passed_s
        self.node_s += moved_s
        return self.passing.at(round(self.node_s * SECOND), simulated=simulated) / SECOND


def test_a_clock_that_moves_is_taken_as_it_is() -> None:
    clocks = Clocks()
    assert clocks.now_s() == 100.0
    # A simulator slower and faster than the wall's clock, and one that sends few ticks.
    assert clocks.now_s(1.0, 0.1) == 100.1
    assert clocks.now_s(1.0, 50.0) == 150.1
    assert clocks.now_s(PATIENCE_S, 0.0) == 150.1
    assert clocks.now_s(100.0, 1.0) == 151.1
    assert clocks.passing.still_s == 0.0


def test_while_it_stands_still_the_machine_s_goes_on() -> None:
    clocks = Clocks()
    clocks.now_s()
    assert clocks.now_s(PATIENCE_S + 3.0) == 103.0
    assert clocks.passing.still_s == PATIENCE_S + 3.0
    assert clocks.now_s(1.0) == 104.0
    # Moving again, it goes on from there: nothing grows younger.
    assert clocks.now_s(0.5, 0.5) == 104.5
    assert clocks.passing.still_s == 0.0
    assert clocks.now_s(PATIENCE_S + 1.0) == 105.5
    assert clocks.now_s(0.0, 2.0) == 107.5


def test_a_clock_that_is_set_back_goes_on_from_there() -> None:
    clocks = Clocks()
    clocks.now_s()
    assert clocks.now_s(PATIENCE_S + 3.0) == 103.0
    assert clocks.now_s(0.1, -90.0) == 103.0
    assert clocks.now_s(1.0, 1.0) == 104.0
    # By the moments it has come by before nothing grows younger.
    assert clocks.now_s(100.0, 100.0) == 204.0


def test_a_moment_that_was_read_late_is_no_step_back() -> None:
    clocks = Clocks()
    clocks.now_s()
    assert clocks.now_s(0.1, -0.2) == 100.0
    assert clocks.now_s(0.1, 0.3) == 100.1


def test_a_round_shorter_than_that_is_a_clock_that_stands_still() -> None:
    clocks = Clocks()
    clocks.now_s()
    for _ in range(10):
        clocks.now_s(0.5, -0.5)
        clocks.now_s(0.5, 0.5)
    assert clocks.now_s() == 100.0 + 10.0 - PATIENCE_S


def test_a_clock_that_is_set_first_has_not_passed_since_1970() -> None:
    clocks = Clocks()
    clocks.node_s = 0.0
    assert clocks.now_s() == 0.0
    assert clocks.now_s(PATIENCE_S + 1.0) == 1.0
    assert clocks.now_s(0.1, 1.7e9) == 1.0
    assert clocks.now_s(0.5, 0.5) == 1.5


@pytest.mark.parametrize("set_by_s", [1.7e9, 10.0, -3600.0])
def test_setting_the_system_s_clock_passes_no_time(set_by_s: float) -> None:
    """As NTP does after a start without a battery."""
    clocks = Clocks()
    first_s = clocks.now_s(simulated=False)
    assert clocks.now_s(1.0, 1.0, simulated=False) == first_s + 1.0
    assert clocks.now_s(0.5, set_by_s, simulated=False) == first_s + 1.5
    assert clocks.now_s(100.0, 100.0, simulated=False) == first_s + 101.5
    assert clocks.passing.still_s == 0.0


def test_use_sim_time_set_while_the_node_runs_passes_no_time() -> None:
    clocks = Clocks()
    begin_s = clocks.now_s(simulated=False)
    clocks.node_s = 0.0
    assert clocks.now_s(1.0) == begin_s
    assert clocks.now_s(PATIENCE_S + 3.0) == begin_s + 3.0
    # The first that comes on /clock, and then half as fast.
    assert clocks.now_s(0.1, 50.0) == begin_s + 3.0
    assert clocks.now_s(1.0, 0.5) == begin_s + 3.5
    clocks.node_s = 1.7e9
    assert clocks.now_s(0.1, simulated=False) == begin_s + 3.5
    assert clocks.now_s(2.0, 2.0, simulated=False) == begin_s + 5.5
    assert clocks.passing.still_s == 0.0


def test_events_by_a_clock_that_stands_still_do_not_pile_up() -> None:
    window = RateWindow()
    for _ in range(20_000):
        window.add(7)
    assert len(window._times_ns) <= 5_000
