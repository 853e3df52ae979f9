# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Calls that may never return: waited for, left behind, and never heard of again."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from math import inf
from pathlib import Path

import pytest
from support.waiting import wait_until

from attendseg_ros.streaming.watched_calls import HangError, WatchedCalls, hanging


@pytest.fixture
def calls() -> Iterator[WatchedCalls]:
    made = WatchedCalls("test")
    yield made
    made.close()
    wait_until(lambda: hanging() == 0, "every call to return")


def ignore(_: object) -> None:
    """For calls whose late result is of no interest."""


def test_results_and_errors_are_the_calls_own(calls: WatchedCalls) -> None:
    names = [
        calls.run(lambda: threading.current_thread().name, inf, hurried_s=inf, late=ignore)
        for _ in range(3)
    ]
    assert names == ["test"] * 3

    def fail() -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        calls.run(fail, inf, hurried_s=inf, late=ignore)
    assert calls.run(lambda: 5, inf, hurried_s=inf, late=ignore) == 5


def test_one_that_hangs_is_left_behind_and_its_result_goes_to_nobody_else(
    calls: WatchedCalls,
) -> None:
    go_on = threading.Event()
    late: list[str | None] = []

    def hang() -> str:
        go_on.wait()
        return "late"

    with pytest.raises(HangError) as error:
        calls.run(hang, 0.3, hurried_s=inf, late=late.append)
    assert error.value.waited_s == pytest.approx(0.3)
    assert hanging() == 1
    for number in range(3):
        assert calls.run(lambda n=number: n, inf, hurried_s=inf, late=ignore) == number  # type: ignore[misc]
    assert late == []
    go_on.set()
    wait_until(lambda: hanging() == 0, "the call to return")
    assert late == ["late"]
    assert calls.run(lambda: "next", inf, hurried_s=inf, late=ignore) == "next"


def test_one_that_fails_late_is_told_of_too(calls: WatchedCalls) -> None:
    go_on = threading.Event()
    late: list[None] = []

    def hang() -> None:
        go_on.wait()
        raise ValueError("late")

    with pytest.raises(HangError):
        calls.run(hang, 0.1, hurried_s=inf, late=late.append)
    go_on.set()
    wait_until(lambda: late == [None], "the call to return")


def test_threads_of_calls_that_have_returned_are_gone(calls: WatchedCalls) -> None:
    before = threading.active_count()
    for _ in range(5):
        go_on = threading.Event()
        with pytest.raises(HangError):
            calls.run(go_on.wait, 0.05, hurried_s=inf, late=ignore)
        go_on.set()
    wait_until(lambda: threading.active_count() <= before, "the threads to end")


def test_hurry_cuts_the_call_in_hand_short(calls: WatchedCalls) -> None:
    go_on = threading.Event()
    hurry = threading.Timer(0.2, lambda: setattr(calls, "hurried", True))
    hurry.start()
    with pytest.raises(HangError):
        calls.run(go_on.wait, inf, hurried_s=0.5, late=ignore)
    calls.hurried = False
    assert calls.run(lambda: 1, inf, hurried_s=0.0, late=ignore) == 1
    go_on.set()
    hurry.join()


def test_the_end_of_a_process_whose_call_hangs_takes_its_children_along() -> None:
    code = """
import subprocess, sys, threading
from attendseg_ros.streaming.watched_calls import HangError, WatchedCalls, exit_at_once
def hang():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print(child.pid)
    threading.Event().wait()
try:
    WatchedCalls("test").run(hang, 1.0, hurried_s=1.0, late=lambda _: None)
except HangError:
    exit_at_once(3)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 3, done.stderr
    child = Path("/proc", done.stdout.strip(), "stat")

    def gone() -> bool:
        try:
            return child.read_text().rsplit(")", 1)[1].split()[0] == "Z"
        except OSError:
            return True

    wait_until(gone, "the child to end")
