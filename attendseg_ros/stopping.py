# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How a program ends when it is told to: at once while it starts, then in order, always in time."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

from attendseg_ros import files, overhearing, processes

GRACE_S = 1.4
"""What a program may take to end in order; what hangs longer is cut off."""

INTERRUPTED = 130
"""Exit status of a program that was told to end before it was done, by whichever signal."""

IN_ORDER = "interrupted"
"""What a stopped program says of itself last."""

CUT_OFF = "ended without waiting for what was under way"
"""The same where it hung."""

_last_words: list[Callable[[], str]] = []


class Stop(KeyboardInterrupt):
    """The program was told to end."""


@contextmanager
def last_words(say: Callable[[], str]) -> Iterator[None]:
    """Has a line printed if the program is told to end within the block.

    Code that catches `Stop` would miss it where a library makes something else of it, or hangs.

    Args:
        say: the line; called when the end has come, in whichever thread.
    """
    _last_words.append(say)
    yield
    # Left through an exception, it stays for what ends the program.
    _last_words.remove(say)


def run(name: str, work: Callable[[], int]) -> int:
    """Runs a program that ends in order, and in time, when a signal tells it to.

    The signal raises `Stop` in the main thread, once.

    Args:
        name: of the program, for its last line.
        work: the program; returns its exit status.

    Returns:
        The exit status of the work that came to its end. After a stop the process ends here, with
        `INTERRUPTED`.
    """
    came: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        # One stop comes as several signals: from the terminal, and again from what started us.
        if not came:
            came.append(number)
            raise Stop

    before = {}
    hook = sys.unraisablehook
    try:
        for number in heeded():
            before[number] = signal.signal(number, stop)
        sys.unraisablehook = _without_stops(hook)
        with in_time(name):
            return work()
    except BaseException as error:
        # Cut off at any point, a library may raise whatever it likes.
        if not came or isinstance(error, SystemExit):
            raise
        print(_farewell(name, IN_ORDER), file=sys.stderr)
        leave(INTERRUPTED)
    finally:
        _last_words.clear()
        sys.unraisablehook = hook
        if not came:
            for number, handler in before.items():
                signal.signal(number, handler)


def heeded() -> list[signal.Signals]:
    """The signals that end this process.

    An ignored SIGHUP is what nohup asks for; an ignored SIGINT is only what a script's background
    processes are born with.
    """
    nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [number for number in processes.STOPS if number != signal.SIGHUP or not nohup]


@contextmanager
def in_time(name: str, status: int = INTERRUPTED) -> Iterator[threading.Event]:
    """Sees to it that the process is gone `GRACE_S` after a stop signal, whatever hangs in it.

    The signals' handlers must be Python's own. To be used in the main thread.

    Args:
        name: of the program, for its last line.
        status: the exit status where something hangs.

    Yields:
        What is set once the signal has come.
    """
    receiving, sending = os.pipe()
    os.set_blocking(sending, False)
    asked = threading.Event()

    def watch() -> None:
        # The interpreter writes the number from within its C handler: nothing in the main thread,
        # a library that waits in C included, can keep it back.
        while (said := os.read(receiving, 1)) and said[0] not in processes.STOPS:
            continue
        if not said:
            os.close(receiving)
            return
        # It stays open: further signals are written to it as well.
        asked.set()
        if said[0] == signal.SIGHUP:
            # Of a closed terminal rclpy hears nothing.
            os.kill(os.getpid(), signal.SIGTERM)
        processes.hurry()
        threading.Event().wait(GRACE_S)
        _end_now(name, status)

    before = signal.set_wakeup_fd(sending, warn_on_full_buffer=False)
    threading.Thread(target=watch, name="stopping", daemon=True).start()
    try:
        yield asked
    finally:
        # Told to stop, the rest of the end is watched as well.
        if not asked.is_set():
            signal.set_wakeup_fd(before)
            os.close(sending)


def leave(status: int) -> NoReturn:
    """Ends the process when all is in order, without the interpreter's own end.

    That waits for every thread, and takes apart libraries that were cut off in the middle of
    something, some of which then crash.
    """
    atexit._run_exitfuncs()
    # The signal may have come while something was being removed.
    files.remove_unfinished()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def _end_now(name: str, status: int) -> None:
    try:
        processes.kill_all()
        files.remove_unfinished()
        overhearing.tell(f"{_farewell(name, CUT_OFF)}\n".encode())
    finally:
        # Whatever fails in it: nobody else ends what hangs.
        os._exit(status)


def _farewell(name: str, how: str) -> str:
    return "\n".join(["", *(say() for say in _last_words), f"{name}: {how}"])


def _without_stops(hook: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What reports exceptions that can go nowhere, but for `Stop`: its end comes in time anyway."""

    def report(unraisable: Any) -> None:
        if not isinstance(unraisable.exc_value, Stop):
            hook(unraisable)

    return report
