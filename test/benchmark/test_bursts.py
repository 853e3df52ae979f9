# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs of one case in a row."""

from __future__ import annotations

import time

from attendseg_ros.benchmark.bursts import BURST, timed


def test_each_run_has_its_own_time() -> None:
    waits = iter((0.0, 0.02, 0.0))
    first, second, third = timed(lambda: time.sleep(next(waits)), 3)
    assert second >= 20.0
    assert min(first, third) >= 0.0


def test_as_many_as_a_turn_has() -> None:
    runs: list[int] = []
    assert len(timed(lambda: runs.append(1))) == len(runs) == BURST
