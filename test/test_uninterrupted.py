# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An action runs to its end, and the interrupt is raised afterwards."""

from __future__ import annotations

import subprocess
import sys

PATIENCE_S = 60.0


def test_no_moment_of_waiting_turns_an_interrupt_into_another_error() -> None:
    """`threading`'s own waits would: "release unlocked lock", or they hang."""
    code = """
import signal, sys, time
from attendseg_ros.uninterrupted import uninterrupted
def interrupt(*_): raise KeyboardInterrupt
signal.signal(signal.SIGALRM, interrupt)
ended = []
def action():
    time.sleep(0.001)
    ended.append(True)
interrupts, step = 0, 0
until = time.monotonic() + 20.0
# On a machine with other work, a step takes twenty times as long.
while step < 6000 and time.monotonic() < until:
    step += 1
    before = len(ended)
    begun = []
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.00002 * (1 + step % 100))
        uninterrupted(lambda: (begun.append(True), action()))
        signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        interrupts += 1
    assert len(ended) - before == len(begun)
signal.setitimer(signal.ITIMER_REAL, 0)
assert interrupts > 100, interrupts
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, timeout=PATIENCE_S, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
