# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The thread that segments, so that the executor always has time for services and new images."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

from attendseg_ros.ros.mailbox import Mailbox

T = TypeVar("T")


class Worker(Generic[T]):
    """Calls a function in a thread of its own with the newest item of each sender, one at a time.

    rclpy's MultiThreadedExecutor would do the same at several times the cost (rclpy #1223).
    """

    def __init__(self, name: str, handle: Callable[[T], None]) -> None:
        """Starts the thread.

        Args:
            name: of the thread, for debuggers.
            handle: must not raise: what can go wrong with an item is its business.
        """
        self._handle = handle
        self._mailbox: Mailbox[T] = Mailbox()
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def dropped(self, sender: str = "") -> int:
        """How many items of a sender a newer one replaced before their turn came."""
        return self._mailbox.dropped(sender)

    def put(self, item: T, sender: str = "") -> None:
        """Hands over an item; never waits. Senders take turns (see `Mailbox`)."""
        self._mailbox.put(item, sender)

    def stop(self) -> None:
        """Discards what waits and returns when the item in hand is done."""
        self._mailbox.close()
        self._thread.join()

    def _run(self) -> None:
        while (item := self._mailbox.take()) is not None:
            self._handle(item)
