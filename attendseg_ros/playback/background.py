# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Writing in a thread of its own, while the caller does something else.

Compressing and checksums, which is where a bag's time goes, release the GIL.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")


class _Call:
    """A call and, once it is done, its answer."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function
        self._answer: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
        self.is_wanted = True

    def run(self) -> None:
        if not self.is_wanted:
            return
        try:
            self._answer.put((self._function(), None))
        except BaseException as error:  # handed to the thread that asks
            self._answer.put((None, error))

    @property
    def is_done(self) -> bool:
        return not self._answer.empty()

    def result(self) -> Any:
        result, error = self._answer.get()
        if error is not None:
            raise error
        return result


class InOrder:
    """Calls that are done one after another in a thread, at most `depth` of them outstanding.

    A signal's exception may strike the caller anywhere. `SimpleQueue` leaves no lock behind then,
    as what is written in Python does (`threading.Condition`, and with it futures), so that the
    rest of the calls can still be done or dropped.
    """

    def __init__(self, depth: int) -> None:
        """Starts the thread."""
        self._depth = depth
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._outstanding: deque[_Call] = deque()
        self._thread = threading.Thread(target=self._run, name="in_order", daemon=True)
        self._thread.start()

    def call(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Has a function called; waits only while too many calls are outstanding.

        Raises:
            BaseException: what an earlier call raised.
        """
        while self._outstanding and (
            len(self._outstanding) >= self._depth or self._outstanding[0].is_done
        ):
            self._outstanding.popleft().result()
        call = _Call(partial(function, *arguments))
        self._calls.put(call)
        # Only now: what waits for it must not wait for what was never asked for.
        self._outstanding.append(call)

    def result(self, function: Callable[..., T], *arguments: Any) -> T:
        """Has a function called, waits for it, and returns what it returns.

        Raises:
            BaseException: what it or an earlier call raised.
        """
        self.call(function, *arguments)
        while len(self._outstanding) > 1:
            self._outstanding.popleft().result()
        last: T = self._outstanding.popleft().result()
        return last

    def finish(self) -> None:
        """Waits for all calls and ends the thread.

        Raises:
            BaseException: what the first call that failed raised.
        """
        try:
            while self._outstanding:
                self._outstanding.popleft().result()
        finally:
            self.give_up()

    def drop(self) -> None:
        """Drops the calls that have not begun, and what the others raised."""
        while self._outstanding:
            self._outstanding.popleft().is_wanted = False

    def give_up(self) -> None:
        """Drops the calls that have not begun and ends the thread; may be called twice."""
        self.drop()
        self._calls.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            call.run()
