# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An iterator run ahead in a thread: its next items are ready when they are asked for.

A camera's timer finds its next frame ready; a bag is decompressed while its messages are used, for
decompressing and checksums release the GIL.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Iterator
from queue import SimpleQueue
from typing import TypeVar

Item = TypeVar("Item")

_CLOSING_S = 0.5
"""Longest wait for the item in the making: a disk that is gone may never give it."""


class Prefetch(Iterator[Item]):
    """Keeps the next few items ready. Taking, iterating and closing are for one thread.

    A signal's exception may strike that thread while it waits. `SimpleQueue` leaves no lock behind
    then, as `threading.Condition`, which is written in Python, does.

    Attributes:
        exhausted: whether all was taken, and there is no more since the iterator ended without an
            error.
    """

    def __init__(self, items: Iterable[Item], depth: int, name: str = "prefetch") -> None:
        """Starts the thread.

        Args:
            items: iterated in the thread, and only there.
            depth: most items kept ready; one more is in the making.
            name: of the thread.
        """
        self.exhausted = False
        self._items = items
        # Each item in a tuple; the empty tuple is the end.
        self._ready: SimpleQueue[tuple[()] | tuple[Item]] = SimpleQueue()
        self._room: SimpleQueue[None] = SimpleQueue()
        for _ in range(depth):
            self._room.put(None)
        self._error: BaseException | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def take(self) -> Item | None:
        """The next item, or None if it is not ready yet or there is none any more (`exhausted`).

        Raises:
            BaseException: what the iterator raised, once the items before it are taken.
        """
        return None if self._ready.empty() else next(self, None)

    def __next__(self) -> Item:
        """The next item, waited for where it is not ready yet.

        Raises:
            BaseException: what the iterator raised, once the items before it are taken.
        """
        entry = self._ready.get()
        if entry:
            self._room.put(None)
            return entry[0]
        # It stays the end, whoever asks again.
        self._ready.put(entry)
        if self._error is not None:
            raise self._error from None
        self.exhausted = True
        raise StopIteration

    def close(self, patience_s: float | None = _CLOSING_S) -> None:
        """Stops the thread; one that hangs in its iterator goes on, but keeps no process alive.

        Args:
            patience_s: longest wait for the item in the making; None: as long as it takes.
        """
        self._stopped = True
        self._room.put(None)
        self._thread.join(patience_s)

    def _run(self) -> None:
        try:
            for item in self._items:
                self._room.get()
                if self._stopped:
                    return
                self._ready.put((item,))
        except BaseException as error:  # handed to the thread that takes
            self._error = error
        finally:
            self._ready.put(())


def read_ahead(items: Iterable[Item], depth: int) -> Generator[Item, None, None]:
    """Yields what an iterable yields, taken from it in a thread, at most `depth` items ahead.

    An error of the iterable comes after the items before it. The thread ends with the generator.
    """
    prefetch = Prefetch(items, depth, "read_ahead")
    try:
        yield from prefetch
    finally:
        prefetch.close(None)
