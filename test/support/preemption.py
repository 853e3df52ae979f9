# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Holds a thread at a chosen line of code while all others go on as far as they can.

The scheduler may do so anywhere, and seldom does. A test that holds a thread at each of its lines
in turn has seen every order that one preemption makes, without a sleep in the code under test.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Any

PATIENCE_S = 60.0

_POLL_S = 0.002
_STILL = 3
"""Polls at which a thread that waits is found in the same place."""


class Held:
    """Holds one thread at one step, a step being a line executed in one of some files.

    Threads that are started while this is entered are watched.
    """

    def __init__(self, thread: str, step: int, *codes: CodeType) -> None:
        """Prepares.

        Args:
            thread: name of the thread to hold.
            step: at which of its steps, from 1 on.
            codes: of functions, in whose files steps are counted.
        """
        self._thread = thread
        self._left = step
        self._files = {code.co_filename for code in codes}
        self._resumed = threading.Event()
        self._reached = threading.Event()

    def __enter__(self) -> Held:
        threading.settrace(self._trace)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        threading.settrace(None)
        self._resumed.set()

    @property
    def reached(self) -> bool:
        """Whether the thread came to the step."""
        return self._reached.is_set()

    def wait(self, *threads: threading.Thread) -> None:
        """Returns when the thread is held, or when no thread can go on."""
        settle(threads, self._reached)

    def resume(self) -> None:
        """Lets the thread go on, which is not held again."""
        self._resumed.set()

    def _trace(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        mine = threading.current_thread().name == self._thread
        return self._step if mine and frame.f_code.co_filename in self._files else None

    def _step(self, _frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            self._left -= 1
            if self._left == 0:
                self._reached.set()
                assert self._resumed.wait(PATIENCE_S)
        return self._step


def settle(threads: Collection[threading.Thread], enough: threading.Event | None = None) -> None:
    """Returns when each thread has ended or waits for another one, or when something happened.

    A thread that was woken and has no processor yet stands where it waited. The kernel tells the
    two apart, so that a busy machine makes this slow in place of wrong.
    """
    deadline = time.monotonic() + PATIENCE_S
    still = 0
    places: list[tuple[str, int] | None] = []
    while still < _STILL:
        assert time.monotonic() < deadline, "threads that never come to rest"
        if enough is not None and enough.wait(_POLL_S):
            return
        if enough is None:
            time.sleep(_POLL_S)
        before, places = places, [_place(thread) for thread in threads]
        at_rest = places == before and all(map(_waits, places)) and not _any_runs()
        still = still + 1 if at_rest else 0


def _place(thread: threading.Thread) -> tuple[str, int] | None:
    frame = sys._current_frames().get(thread.ident or 0) if thread.is_alive() else None
    return None if frame is None else (frame.f_code.co_filename, frame.f_lasti)


def _waits(place: tuple[str, int] | None) -> bool:
    return place is None or place[0].endswith("/threading.py")


def _any_runs() -> bool:
    """Whether another thread of this process runs, or would if it had a processor (proc(5))."""
    me = threading.get_native_id()
    for task in Path("/proc/self/task").iterdir():
        # One that ends meanwhile has no file any more.
        with suppress(FileNotFoundError, ProcessLookupError):
            state = (task / "stat").read_text().rpartition(") ")[2][:1]
            if int(task.name) != me and state != "S":
                return True
    return False
