# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The thread that segments, so that the executor always has time for services and new images."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from time import monotonic
from typing import Generic, TypeVar

from attendseg_ros.errors import described
from attendseg_ros.streaming.mailbox import Mailbox
from attendseg_ros.streaming.throttle import Throttle

T = TypeVar("T")


class Worker(Generic[T]):
    """Calls a function in its own thread with the newest item of each sender, one at a time.

    rclpy's MultiThreadedExecutor would do the same at several times the cost (rclpy #1223).
    """

    def __init__(
        self, name: str, handle: Callable[[T], None], log: Callable[[str], object]
    ) -> None:
        """Starts the thread.

        Args:
            name: of the thread, for debuggers and the log.
            handle: what can go wrong with an item is its business; what it raises all the same is
                logged and counted, and the thread goes on.
            log: writes an error of one line.
        """
        self._name = name
        self._handle = handle
        self._log = log
        self._throttle = Throttle()
        self._begun_s: float | None = None
        self.errors = 0
        self._mailbox: Mailbox[T] = Mailbox()
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def dropped(self, sender: str = "") -> int:
        """How many items of a sender a newer one replaced before their turn came."""
        return self._mailbox.dropped(sender)

    @property
    def alive(self) -> bool:
        """Whether the thread is there."""
        return self._thread.is_alive()

    @property
    def busy_s(self) -> float:
        """Seconds that the item in hand has been in hand; 0.0 when there is none."""
        begun_s = self._begun_s
        return 0.0 if begun_s is None else monotonic() - begun_s

    def submit(self, item: T, sender: str = "") -> None:
        """Hands over an item; never waits. Senders take turns (see `Mailbox`)."""
        self._mailbox.post(item, sender)

    def leave(self) -> None:
        """Discards what waits and has the thread end after the item in hand; does not wait."""
        self._mailbox.close()

    def stop(self) -> None:
        """Discards what waits and returns when the item in hand is done."""
        self._mailbox.close()
        self._thread.join()

    def _run(self) -> None:
        while (item := self._mailbox.take()) is not None:
            self._begun_s = monotonic()
            try:
                self._handle(item)
            # Also an exit: a robot whose masks just end would learn of it too late.
            except BaseException as error:
                self.errors += 1
                self._say(error)
            self._begun_s = None
            # Nothing of it is kept while the next is awaited.
            del item
        # It is mostly a method of who holds this worker: each would keep the other.
        del self._handle

    def _say(self, error: BaseException) -> None:
        text = described(error)
        if self._throttle.ready(type(error).__name__):
            # While the context is being shut down logging may fail too.
            with suppress(Exception):
                self._log(f"the thread '{self._name}' goes on after an error in it: {text}")
