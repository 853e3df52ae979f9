# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An iterator run ahead in a thread, so that a camera's timer finds its next frame ready."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")

_CLOSING_S = 0.5
"""Longest wait for the item in the making: a disk that is gone may never give it."""


class Prefetch(Generic[Item]):
    """Keeps the next few items of an iterator ready. `take` and `close` are for one thread."""

    def __init__(self, items: Iterator[Item], depth: int) -> None:
        """Starts the thread.

        Args:
            items: iterated in the thread, and only there.
            depth: most items kept ready.
        """
        self._items = items
        self._ready: queue.Queue[Item] = queue.Queue(depth)
        self._error: BaseException | None = None
        self._stopped = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="prefetch", daemon=True)
        self._thread.start()

    def take(self) -> Item | None:
        """The next item, or None if it is not ready yet or there is none any more (`exhausted`).

        Raises:
            BaseException: what the iterator raised, once the items before it are taken.
        """
        try:
            return self._ready.get_nowait()
        except queue.Empty:
            if self._error is not None:
                raise self._error from None
            return None

    @property
    def exhausted(self) -> bool:
        """Whether the iterator ended without an error and everything was taken."""
        # In this order: the thread puts its last item before it says that it ended.
        return self._ended.is_set() and self._error is None and self._ready.empty()

    def close(self) -> None:
        """Stops the thread; one that hangs in its iterator goes on, but keeps no process alive."""
        self._stopped.set()
        self._thread.join(_CLOSING_S)

    def _run(self) -> None:
        try:
            for item in self._items:
                while not self._stopped.is_set():
                    try:
                        self._ready.put(item, timeout=0.1)
                        break
                    except queue.Full:
                        continue
                if self._stopped.is_set():
                    return
        except BaseException as error:  # handed to the thread that takes
            self._error = error
        finally:
            self._ended.set()
