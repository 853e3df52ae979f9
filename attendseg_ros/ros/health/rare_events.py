# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Events of the publishers, looked at once a second instead of with every image."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup

PERIOD_S = 1.0

WINDOW_S = 0.05
"""How long they are looked at: one round of the executor, and the events that it finds."""


class RareEvents(MutuallyExclusiveCallbackGroup):
    """The callback group of publishers, whose events tell of a subscriber that asks too much.

    rclpy gives every publisher two events, and its executor goes through all of them in Python
    before and after every callback, several times an image. The middleware keeps an event until
    somebody looks, and to be told a second later is soon enough.

    The node's timer that checks for silence sees to it that the executor asks every second.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Begins with a look.

        Args:
            clock: seconds that never jump.
        """
        super().__init__()
        self._clock = clock
        self._looked_s = clock()

    def can_execute(self, entity: Any) -> bool:
        """Whether it is time to look."""
        now_s = self._clock()
        if now_s >= self._looked_s + PERIOD_S:
            self._looked_s = now_s
        return now_s < self._looked_s + WINDOW_S and super().can_execute(entity)
