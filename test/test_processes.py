# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Processes end with whoever started them, at whatever moment and however that one ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from attendseg_ros.processes import AT_ONCE, Process

PATIENCE_S = 60.0


def alive(marker: str) -> list[str]:
    """The command lines with a marker, but for those of processes that are dead."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_text()
        except OSError:
            continue
        if marker in command and int(folder.name) != os.getpid():
            found.append(command.replace("\0", " "))
    return found


def wait_until_gone(marker: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while left := alive(marker):
        assert time.monotonic() < deadline, left
        time.sleep(0.02)


def wait_until_there(marker: str, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while len(alive(marker)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def marker() -> str:
    return f"marker-{uuid.uuid4()}"


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


STUBBORN = """
import signal, subprocess, sys, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
if len(sys.argv) > 2:
    subprocess.Popen([sys.executable, "-c", sys.argv[2], sys.argv[1]])
print("here", flush=True)
time.sleep(1000)
"""


def test_a_program_that_ignores_signals_ends_with_its_children(marker: str) -> None:
    command = python(STUBBORN, marker, STUBBORN)
    steps = ((signal.SIGINT, 0.1), (signal.SIGTERM, 0.1))
    with Process(command, steps=steps, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        # The two, and their guard.
        wait_until_there(marker, 3)
    assert process.status == -signal.SIGKILL
    wait_until_gone(marker)


def test_what_a_program_leaves_behind_ends_with_it(marker: str) -> None:
    code = "import subprocess, sys; subprocess.Popen([sys.executable, *sys.argv[1:]])"
    with Process(python(code, "-c", STUBBORN, marker)) as process:
        assert process.wait(PATIENCE_S) == 0
        wait_until_there(marker, 1)
    wait_until_gone(marker)


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_all_end_with_the_one_that_started_them(marker: str, by: signal.Signals) -> None:
    code = """
import sys, time
from attendseg_ros.processes import Process
made = [Process([sys.executable, "-c", sys.argv[2], sys.argv[1], sys.argv[2]]) for _ in range(2)]
print("started", flush=True)
time.sleep(1000)
"""
    starter = subprocess.Popen(python(code, marker, STUBBORN), stdout=subprocess.PIPE)
    assert starter.stdout is not None
    assert starter.stdout.readline() == b"started\n"
    # The starter itself, and twice a program, its child and its guard.
    wait_until_there(marker, 7)
    starter.send_signal(by)
    starter.wait(PATIENCE_S)
    starter.stdout.close()
    wait_until_gone(marker)


def test_an_interrupt_at_any_moment_of_the_start_leaves_nothing(marker: str) -> None:
    code = """
import signal, subprocess, sys, time
from attendseg_ros.processes import Process
def interrupt(*_): raise KeyboardInterrupt
signal.signal(signal.SIGALRM, interrupt)
started = 0
for step in range(60):
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0002 * (step + 1))
        with Process([sys.executable, "-c", sys.argv[2], sys.argv[1]], steps=(),
                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            started += 1
            time.sleep(0.01)
            signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        pass
signal.setitimer(signal.ITIMER_REAL, 0)
print("done", flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        python(code, marker, STUBBORN), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as starter:
        assert starter.stdin is not None
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"done\n"
        # The starter still lives, so it is not its end that ended them.
        deadline = time.monotonic() + PATIENCE_S
        while len(alive(marker)) > 1:
            assert time.monotonic() < deadline, alive(marker)
            time.sleep(0.02)
        starter.stdin.close()
    assert starter.returncode == 0


def test_the_programs_output_has_an_end() -> None:
    code = "import sys; print('out'); print('error', file=sys.stderr); sys.exit(3)"
    with Process(python(code), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.communicate(PATIENCE_S) == (b"out\n", b"error\n")
        assert process.status == 3


def test_the_program_finds_signals_as_they_are_at_birth() -> None:
    code = """
import signal
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler,
      signal.getsignal(signal.SIGTERM) == signal.SIG_DFL,
      signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set())
"""
    with Process(python(code), stdout=subprocess.PIPE) as process:
        assert process.communicate(PATIENCE_S)[0].split() == [b"True"] * 3


def test_environment_and_input_reach_the_program() -> None:
    code = "import os; print(os.environ['SOME'], input())"
    with Process(
        python(code), stdin=subprocess.PIPE, stdout=subprocess.PIPE, environment={"SOME": "thing"}
    ) as process:
        assert process.stdin is not None
        process.stdin.write(b"said\n")
        process.stdin.flush()
        assert process.stdout is not None
        assert process.stdout.readline() == b"thing said\n"


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="/no/such/program"):
        Process(["/no/such/program"])


def test_ending_twice_is_no_fault() -> None:
    process = Process(python("import time; time.sleep(1000)"), steps=AT_ONCE)
    process.end()
    process.end()
    process.send(signal.SIGTERM)
    process.send_to_group(signal.SIGTERM)
    assert process.status == -signal.SIGKILL
