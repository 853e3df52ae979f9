# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A mailbox between the executor's thread and a worker: of each sender, the newest item wins."""

from __future__ import annotations

from collections import Counter
from threading import Condition
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Holds at most one item of each sender; a new one replaces one that nobody has taken yet.

    A queue in front of a slow network would only make every mask older. Senders take turns: who has
    waited longest is next, and a newer item takes over the place of the one it replaces. However
    fast the others are, an item waits for at most one of each.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        # In the order of their turns: a dict keeps the place of a key whose value is replaced.
        self._items: dict[str, T] = {}
        self._closed = False
        self._dropped: Counter[str] = Counter()

    def dropped(self, sender: str = "") -> int:
        """How many items of a sender were replaced before anybody took them."""
        return self._dropped[sender]

    def post(self, item: T, sender: str = "") -> None:
        """Leaves an item and wakes whoever waits in `take`; ignored once closed."""
        with self._changed:
            if self._closed:
                return
            if sender in self._items:
                self._dropped[sender] += 1
            self._items[sender] = item
            self._changed.notify()

    def take(self) -> T | None:
        """Waits for an item and takes out the next; None once the mailbox is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or bool(self._items))
            return None if self._closed else self._items.pop(next(iter(self._items)))

    def close(self) -> None:
        """Discards what is left and sends every `take`, also those to come, home with None."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()
