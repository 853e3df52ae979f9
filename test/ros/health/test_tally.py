# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a tally holds from one look to the next."""

from __future__ import annotations

from collections import Counter

from attendseg_ros.ros.health.tally import Tallied, Tally


def test_what_is_fresh_is_so_for_one_look() -> None:
    tally: Tally[str] = Tally()
    assert tally.look() == Tallied(0, Counter(), Counter(), None)
    tally.fail("late")
    tally.fail("late")
    tally.fail("jumps")
    assert tally.look() == Tallied(0, Counter(late=2, jumps=1), Counter(late=2, jumps=1), "jumps")
    tally.fail("late")
    assert tally.look() == Tallied(0, Counter(late=3, jumps=1), Counter(late=1), "late")


def test_the_last_failure_stays_until_one_comes_out() -> None:
    tally: Tally[str] = Tally()
    tally.fail("late")
    tally.look()
    assert tally.look().last == "late"
    tally.succeed()
    assert tally.look() == Tallied(1, Counter(late=1), Counter(), None)
