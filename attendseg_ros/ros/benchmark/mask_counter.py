# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Counts the masks of a node for `attendseg benchmark start-up` and `memory`, and says when."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from typing import Any

import rclpy
from rclpy.clock import Clock, ClockType  # type: ignore[attr-defined]  # Humble's place for it
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image

_ALIVE_S = 1.0


class MaskCounter(Node):
    """Says the count at every so many masks, and once a second while masks come."""

    def __init__(self) -> None:
        """Subscribes; the masks are not looked into."""
        super().__init__("mask_counter")
        every: Any = self.declare_parameter("every", 1).value
        self._every = max(1, every)
        self._count = self._said = 0
        self._masks = self.create_subscription(
            Image, "segmentation/mask", self._add, qos_profile_sensor_data, raw=True
        )
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = self.create_timer(_ALIVE_S, self._say_if_more, clock=steady)

    def _add(self, _message: bytes) -> None:
        self._count += 1
        if self._count % self._every == 0:
            self._say()

    def _say_if_more(self) -> None:
        if self._count > self._said:
            self._say()

    def _say(self) -> None:
        self._said = self._count
        # CLOCK_MONOTONIC is the same for all processes of the machine.
        event = {"event": "masks", "count": self._count, "at_s": time.monotonic()}
        print(json.dumps(event), flush=True)


def main() -> int:
    """Counts until it is told to stop; returns the exit status."""
    rclpy.init()
    counter = MaskCounter()
    executor = SingleThreadedExecutor()
    executor.add_node(counter)
    print(json.dumps({"event": "ready"}), flush=True)
    with contextlib.suppress(ExternalShutdownException, KeyboardInterrupt):
        executor.spin()
    return 0


if __name__ == "__main__":
    sys.exit(main())
