# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading and writing in their own threads, while the caller does something else.

Decompressing, compressing and checksums, which is where a bag's time goes, release the GIL.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
_END: Any = object()


def read_ahead(items: Iterable[T], depth: int) -> Generator[T, None, None]:
    """Yields what an iterable yields, taken from it in a thread, at most `depth` items ahead.

    An error of the iterable comes after the items before it. The thread ends with the generator.
    """
    iterator = iter(items)
    waiting: deque[Future[T]] = deque()
    with ThreadPoolExecutor(1, "read_ahead") as pool:
        try:
            waiting.extend(pool.submit(next, iterator, _END) for _ in range(depth))
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(pool.submit(next, iterator, _END))
                yield item
        finally:
            for future in waiting:
                future.cancel()


class InOrder:
    """Calls that are done one after another in a thread, at most `depth` of them outstanding."""

    def __init__(self, depth: int) -> None:
        """Starts nothing yet; the thread comes with the first call."""
        self._depth = depth
        self._outstanding: deque[Future[Any]] = deque()
        self._pool = ThreadPoolExecutor(1, "in_order")

    def call(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Has a function called; waits only while too many calls are outstanding.

        Raises:
            Exception: what an earlier call raised.
        """
        while self._outstanding and (
            len(self._outstanding) >= self._depth or self._outstanding[0].done()
        ):
            self._outstanding.popleft().result()
        self._outstanding.append(self._pool.submit(function, *arguments))

    def result(self, function: Callable[..., T], *arguments: Any) -> T:
        """Has a function called, waits for it, and returns what it returns.

        Raises:
            Exception: what it or an earlier call raised.
        """
        self.call(function, *arguments)
        while len(self._outstanding) > 1:
            self._outstanding.popleft().result()
        last: T = self._outstanding.popleft().result()
        return last

    def finish(self) -> None:
        """Waits for all calls and ends the thread.

        Raises:
            Exception: what the first call that failed raised.
        """
        try:
            while self._outstanding:
                self._outstanding.popleft().result()
        finally:
            self.give_up()

    def drop(self) -> None:
        """Drops the calls that have not begun, and what the others raised."""
        while self._outstanding:
            self._outstanding.popleft().cancel()

    def give_up(self) -> None:
        """Drops the calls that have not begun and ends the thread; may be called twice."""
        self.drop()
        self._pool.shutdown(wait=True)
