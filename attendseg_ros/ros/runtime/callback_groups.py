# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The callback group of a node whose subscriptions and timers come and go."""

from __future__ import annotations

import weakref
from typing import Any

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup


class ForgettingGroup(MutuallyExclusiveCallbackGroup):
    """One callback at a time, as in any node by default.

    rclpy's own keeps a reference to each entity that it ever had: an activation leaves fourteen
    dead ones behind.
    """

    def add_entity(self, entity: Any) -> None:
        """Adds a subscription, timer, client, service or waitable, until it is destroyed."""
        self.entities.add(weakref.ref(entity, self.entities.discard))
