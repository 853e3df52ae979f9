# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Calls into a library that may never return, made so that nothing else waits for them for ever."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread, current_thread
from typing import Any, Generic, NoReturn, TypeVar

from attendseg_ros.errors import AttendSegError

T = TypeVar("T")

_SLICE_S = 0.25
"""Waiting is counted in slices: a process that was stopped meanwhile has not waited for long."""

_left: set[Thread] = set()
_lock = Lock()


def hanging() -> int:
    """How many calls of this process have been left behind and have not returned yet."""
    with _lock:
        return len(_left)


def exit_at_once(status: int) -> NoReturn:
    """Ends the process while calls hang: an orderly end would wait for them, or crash in them.

    Libraries take down, at an orderly end, what a call of theirs is still using. Processes that a
    call has started, to measure an engine, end with this one.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    for task in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text(encoding="ascii").split():
                os.kill(int(child), signal.SIGKILL)
    os._exit(status)


class HangError(AttendSegError):
    """A call that has not returned in time."""

    def __init__(self, waited_s: float) -> None:
        super().__init__(f"no result after {waited_s:.1f} s")
        self.waited_s = waited_s


@dataclass
class _Call(Generic[T]):
    make: Callable[[], T]
    late: Callable[[T | None], None]
    outcome: SimpleQueue[tuple[Any, BaseException | None]] = field(default_factory=SimpleQueue)
    left: bool = False


class WatchedCalls:
    """Makes calls in its own thread, one at a time.

    A call that takes too long is left behind with its thread, which nothing can end in Python, and
    the next call gets a new thread. What the late one returns reaches nobody but `late`.

    Attributes:
        hurried: whether calls, the one in hand too, get `hurried_s` at most. Any thread may set it.
    """

    def __init__(self, name: str) -> None:
        """Begins without a thread; the first call starts one.

        Args:
            name: of the thread, for debuggers.
        """
        self._name = name
        self._calls: SimpleQueue[_Call[Any] | None] | None = None
        self._thread: Thread | None = None
        self.hurried = False

    def run(
        self,
        make: Callable[[], T],
        limit_s: float,
        *,
        hurried_s: float,
        late: Callable[[T | None], None],
    ) -> T:
        """Makes a call and waits for it; one thread at a time may.

        Args:
            make: the call.
            limit_s: how long to wait; may be infinite.
            hurried_s: how long while `hurried`.
            late: given what it returned, or None if it raised, when it returns after all; called in
                the thread that was left behind.

        Returns:
            What the call returned.

        Raises:
            HangError: it has not returned in time.
            BaseException: what it raised.
        """
        call = _Call(make, late)
        if self._calls is None or self._thread is None:
            self._calls = SimpleQueue()
            self._thread = Thread(target=_serve, args=(self._calls,), name=self._name, daemon=True)
            self._thread.start()
        self._calls.put(call)
        result, error = self._await(call, self._thread, limit_s, hurried_s)
        if error is not None:
            raise error
        return result

    def close(self) -> None:
        """Ends the thread once its call has returned; does not wait for it."""
        if self._calls is not None:
            self._calls.put(None)
            self._calls = self._thread = None

    def _await(
        self, call: _Call[T], thread: Thread, limit_s: float, hurried_s: float
    ) -> tuple[T, BaseException | None]:
        waited_s = 0.0
        while True:
            left_s = (min(limit_s, hurried_s) if self.hurried else limit_s) - waited_s
            if left_s <= 0.0 and self._leave(call, thread):
                raise HangError(waited_s)
            try:
                return call.outcome.get(timeout=max(0.0, min(_SLICE_S, left_s)))
            except Empty:
                waited_s += min(_SLICE_S, left_s)

    def _leave(self, call: _Call[Any], thread: Thread) -> bool:
        """Leaves a call behind; False when it has returned at this very moment."""
        with _lock:
            if not call.outcome.empty():
                return False
            call.left = True
            _left.add(thread)
        self.close()
        return True


def _serve(calls: SimpleQueue[_Call[Any] | None]) -> None:
    """Makes calls until there is none to come."""
    while (call := calls.get()) is not None:
        result, error = None, None
        try:
            result = call.make()
        # Whatever it is, it is the caller's: a thread that ended here would leave it waiting.
        except BaseException as raised:
            error = raised
        with _lock:
            if not call.left:
                call.outcome.put((result, error))
        if call.left:
            _come_back(call, result)
        # Neither an image nor its result is kept until the next call.
        del call, result, error


def _come_back(call: _Call[Any], result: Any) -> None:
    try:
        call.late(result)
    finally:
        with _lock:
            _left.discard(current_thread())
