# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The time that a node counts ages and rates by."""

from __future__ import annotations

from typing import Any

from rclpy.node import Node

from attendseg_ros.streaming.passing_time import PassingTime


def passing_ns(passing: PassingTime, node: Node) -> int:
    """Nanoseconds at this moment by a `PassingTime` of a node's clock."""
    clock: Any = node.get_clock()
    return passing.at(clock.now().nanoseconds, simulated=clock.ros_time_is_active)
