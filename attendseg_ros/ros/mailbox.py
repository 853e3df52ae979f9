# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A one-slot mailbox between the executor's thread and the worker: the newest frame wins."""

from __future__ import annotations

from threading import Condition
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Holds at most one item; a new one replaces an item nobody has taken yet.

    A queue in front of a slow network would only make every mask older.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._item: T | None = None
        self._closed = False
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """How many items were replaced before anybody took them."""
        return self._dropped

    def put(self, item: T) -> None:
        """Leaves an item and wakes whoever waits in `take`; ignored once closed."""
        with self._changed:
            if self._closed:
                return
            if self._item is not None:
                self._dropped += 1
            self._item = item
            self._changed.notify()

    def take(self) -> T | None:
        """Waits for an item and takes it out; None once the mailbox is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._item is not None)
            item, self._item = self._item, None
            return None if self._closed else item

    def close(self) -> None:
        """Discards what is left and sends every `take`, also those to come, home with None."""
        with self._changed:
            self._closed = True
            self._item = None
            self._changed.notify_all()
