# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The listener of `attendseg benchmark pipeline`: notes when each mask and each report came."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from math import isfinite
from typing import Any

import rclpy
from rclpy.clock import Clock, ClockType  # type: ignore[attr-defined]  # Humble's place for it
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile, QoSReliabilityPolicy
from sensor_msgs.msg import Image

from attendseg_ros.msg import SegmentationTiming
from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.messages import qos

_CHECK_S = 0.1

# Room for a burst: a mask that the listener itself lost would be counted against the node.
_DEPTH = 10


class BenchmarkListener(Node):
    """Subscribes to a node's outputs as a controller would: to whole messages."""

    def __init__(self) -> None:
        """Subscribes; says "ready" when every output has its publisher."""
        super().__init__("benchmark_listener")
        outputs: Any = self.declare_parameter("outputs", ["mask"]).value
        timed: Any = self.declare_parameter("timing", True).value
        self.arrived: dict[int, int] = {}
        self.handed_over: list[tuple[int, int, int]] = []
        self.timings: dict[int, dict[str, Any]] = {}
        self._said_ready = False
        profile = QoSProfile(depth=_DEPTH, reliability=QoSReliabilityPolicy.RELIABLE)
        camera = CameraName(str(self.declare_parameter("camera", "").value))
        first, *others = (f"segmentation/{camera.input(output)}" for output in outputs)
        self._topics = [first, *others]
        self._kept = [self.create_subscription(Image, first, self._note_mask, profile)]
        self._kept += [
            self.create_subscription(Image, topic, lambda _: None, profile) for topic in others
        ]
        if timed:
            self._topics.append(f"segmentation/{camera.input('timing')}")
            self._kept.append(
                self.create_subscription(
                    SegmentationTiming, self._topics[-1], self._note_timing, qos.small_output()
                )
            )
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = self.create_timer(_CHECK_S, self._check_ready, clock=steady)

    def _note_mask(self, message: Image, info: Any) -> None:
        now = time.time_ns()
        stamp = _stamp_ns(message)
        self.arrived[stamp] = now
        self.handed_over.append((stamp, info["source_timestamp"], info["received_timestamp"]))

    def _note_timing(self, message: SegmentationTiming) -> None:
        fields = {
            name: getattr(message, name)
            for name in message.get_fields_and_field_types()
            if name != "header"
        }
        # NaN is no JSON.
        self.timings[_stamp_ns(message)] = {
            name: None if isinstance(value, float) and not isfinite(value) else value
            for name, value in fields.items()
        }

    def _check_ready(self) -> None:
        if not self._said_ready and all(self.count_publishers(topic) for topic in self._topics):
            self._said_ready = True
            _say(event="ready")
            self.destroy_timer(self._timer)


def _stamp_ns(message: Any) -> int:
    stamp = message.header.stamp
    return int(stamp.sec * 1_000_000_000 + stamp.nanosec)


def main() -> int:
    """Listens until it is told to stop, and prints what it noted; returns the exit status."""
    rclpy.init()
    listener = BenchmarkListener()
    executor = SingleThreadedExecutor()
    executor.add_node(listener)
    with contextlib.suppress(ExternalShutdownException, KeyboardInterrupt):
        executor.spin()
    _say(
        event="done",
        arrived=list(listener.arrived.items()),
        handed_over=listener.handed_over,
        timings=list(listener.timings.items()),
    )
    return 0


def _say(**event: Any) -> None:
    print(json.dumps(event), flush=True)


if __name__ == "__main__":
    sys.exit(main())
