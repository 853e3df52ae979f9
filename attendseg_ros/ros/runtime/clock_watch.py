# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Says that /clock stands still, for nodes that do nothing meanwhile."""

from __future__ import annotations

from typing import Any

from rclpy.clock import Clock, ClockType  # type: ignore[attr-defined]  # Humble's place for it
from rclpy.node import Node

from attendseg_ros.streaming.passing_time import PassingTime
from attendseg_ros.streaming.throttle import Throttle

_LOOK_S = 1.0

_PATIENCE_S = 3.0

_REPEAT_S = 30.0


class ClockWatch:
    """Looks at a node's clock once a second, by a clock of its own."""

    def __init__(self, node: Node, waiting: str) -> None:
        """Starts.

        Args:
            node: whose clock it is, and whose logger.
            waiting: what does not happen until it moves: "no image is published".
        """
        self._node = node
        self._waiting = waiting
        self._passing = PassingTime()
        self._throttle = Throttle(_REPEAT_S)
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        node.create_timer(_LOOK_S, self._look, clock=self._steady)

    def _look(self) -> None:
        clock: Any = self._node.get_clock()
        now_ns = clock.now().nanoseconds
        self._passing.at(now_ns, simulated=clock.ros_time_is_active)
        still_s = self._passing.still_s
        if not clock.ros_time_is_active or still_s < _PATIENCE_S or not self._throttle.ready(""):
            return
        what = f"has stood still for {still_s:.0f} s" if now_ns else "has brought nothing"
        self._node.get_logger().warning(
            f"use_sim_time is set, and /clock {what}: {self._waiting} until it moves; start what "
            "publishes it, or set use_sim_time to false"
        )
