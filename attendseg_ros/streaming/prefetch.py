# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An iterator run ahead in a thread: its next items are ready when they are asked for.

A camera's timer finds its next frame ready; a bag is decompressed while its messages are used, for
decompressing and checksums release the GIL.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")

_CLOSING_S = 0.5
"""Longest wait for the item in the making: a disk that is gone may never give it."""


class Prefetch(Generic[Item]):
    """Keeps the next few items ready. Taking, iterating and closing are for one thread."""

    def __init__(self, items: Iterable[Item], depth: int, name: str = "prefetch") -> None:
        """Starts the thread.

        Args:
            items: iterated in the thread, and only there.
            depth: most items kept ready; one more is in the making.
            name: of the thread.
        """
        self._items = items
        self._depth = depth
        self._ready: deque[Item] = deque()
        self._error: BaseException | None = None
        self._stopped = self._ended = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def take(self) -> Item | None:
        """The next item, or None if it is not ready yet or there is none any more (`exhausted`).

        Raises:
            BaseException: what the iterator raised, once the items before it are taken.
        """
        with self._changed:
            if self._ready:
                return self._pop()
            if self._error is not None:
                raise self._error from None
            return None

    def __iter__(self) -> Iterator[Item]:
        """Yields the items, and waits for those that are not ready yet.

        Raises:
            BaseException: what the iterator raised, after the items before it.
        """
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ready or self._ended)
                if not self._ready:
                    break
                item = self._pop()
            yield item
        if self._error is not None:
            raise self._error from None

    @property
    def exhausted(self) -> bool:
        """Whether the iterator ended without an error and everything was taken."""
        with self._changed:
            return self._ended and self._error is None and not self._ready

    def close(self, patience_s: float | None = _CLOSING_S) -> None:
        """Stops the thread; one that hangs in its iterator goes on, but keeps no process alive.

        Args:
            patience_s: longest wait for the item in the making; None: as long as it takes.
        """
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join(patience_s)

    def _pop(self) -> Item:
        item = self._ready.popleft()
        self._changed.notify_all()
        return item

    def _run(self) -> None:
        try:
            for item in self._items:
                with self._changed:
                    self._changed.wait_for(lambda: self._stopped or len(self._ready) < self._depth)
                    if self._stopped:
                        return
                    self._ready.append(item)
                    self._changed.notify_all()
        except BaseException as error:  # handed to the thread that takes
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()


def read_ahead(items: Iterable[Item], depth: int) -> Generator[Item, None, None]:
    """Yields what an iterable yields, taken from it in a thread, at most `depth` items ahead.

    An error of the iterable comes after the items before it. The thread ends with the generator.
    """
    prefetch = Prefetch(items, depth, "read_ahead")
    try:
        yield from prefetch
    finally:
        prefetch.close(None)
