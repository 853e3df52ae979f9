# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The camera of `attendseg benchmark pipeline`: at a steady rate, or as fast as the node goes."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import cv2
import numpy as np
import rclpy
from rclpy.node import Node
from rclpy.qos import QoSProfile, QoSReliabilityPolicy
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from attendseg_ros import stopping
from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.messages.image_messages import to_image
from attendseg_ros.scene import StreetScene

# Different pictures, so that neither a decoder nor a cache sees the same one again and again.
_PICTURES = 8

# A second apart they differ much.
_SECONDS_APART = 1.0

# DDS matches the two ends one after the other: what is sent in between reaches nobody.
_SETTLE_S = 1.0

_DEPTH = 2

_ANSWERS_DEPTH = 10

# One image in hand and one on its way.
_IN_FLIGHT = 2

_LOST_S = 1.0


def prepared(width: int, height: int, compressed: bool) -> list[Any]:
    """Renders the messages; nothing but their stamps is left to do while measuring."""
    scene = StreetScene(0, width, height)
    frames = [scene.render(number * _SECONDS_APART).rgb for number in range(_PICTURES)]
    if not compressed:
        return [to_image(rgb, "rgb8", Header()) for rgb in frames]
    messages = []
    for rgb in frames:
        data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))[1]
        message = CompressedImage(format="rgb8; jpeg compressed bgr8")
        message.data.frombytes(np.ascontiguousarray(data).data)
        messages.append(message)
    return messages


class Answers:
    """Counts the answers to the images, for a camera that goes as fast as the node does."""

    def __init__(self, node: Node, topic: str) -> None:
        """Subscribes; the answers are not looked into."""
        profile = QoSProfile(depth=_ANSWERS_DEPTH, reliability=QoSReliabilityPolicy.RELIABLE)
        self._node = node
        self._count = 0
        self._kept = node.create_subscription(Image, topic, self._note, profile, raw=True)

    def wait(self) -> None:
        """Waits for one; for an image that was lost not for long."""
        before, deadline = self._count, time.monotonic() + _LOST_S
        while self._count == before and (left_s := deadline - time.monotonic()) > 0:
            rclpy.spin_once(self._node, timeout_sec=left_s)

    def _note(self, _message: bytes) -> None:
        self._count += 1


class BenchmarkCamera:
    """Sends, and remembers the stamps, and when each image was handed to the middleware."""

    def __init__(
        self, publisher: Any, messages: list[Any], rate_hz: float, answers: Answers | None = None
    ) -> None:
        """Prepares.

        Args:
            publisher: of the images.
            messages: sent in turns.
            rate_hz: a rate that cannot be reached is a flood without a pause.
            answers: what to wait for instead of the time: the next image is sent when the one
                before the last has its mask, so that the node always has work and never too much.
        """
        self._publisher = publisher
        self._messages = messages
        self._period_s = 1.0 / rate_hz if rate_hz else 0.0
        self._answers = answers
        self.stamps: list[int] = []
        self.published: list[int] = []

    def send_for(self, seconds: float) -> None:
        """Sends at the rate; a frame that is late is sent at once, as a camera does."""
        started, sent = time.monotonic(), 0
        while time.monotonic() < started + seconds:
            self._send()
            sent += 1
            if self._answers is not None:
                if len(self.stamps) >= _IN_FLIGHT:
                    self._answers.wait()
                continue
            ahead_s = started + sent * self._period_s - time.monotonic()
            if ahead_s > 0:
                time.sleep(ahead_s)

    def _send(self) -> None:
        message = self._messages[len(self.stamps) % len(self._messages)]
        now = time.time_ns()
        message.header.stamp.sec, message.header.stamp.nanosec = divmod(now, 1_000_000_000)
        self._publisher.publish(message)
        self.published.append(time.time_ns())
        self.stamps.append(now)


def main() -> int:
    """Waits for the node, warms up, measures, and prints what it sent; returns the exit status."""
    rclpy.init()
    node = Node("benchmark_camera")

    def parameter(name: str, default: Any) -> Any:
        return node.declare_parameter(name, default).value

    camera_name = CameraName(parameter("camera", ""))
    compressed = parameter("compressed", False)
    messages = prepared(parameter("width", 640), parameter("height", 480), compressed)
    reliability = QoSReliabilityPolicy.BEST_EFFORT
    if parameter("reliable", False):
        reliability = QoSReliabilityPolicy.RELIABLE
    publisher = node.create_publisher(
        CompressedImage if compressed else Image,
        camera_name.input("image/compressed" if compressed else "image"),
        QoSProfile(depth=_DEPTH, reliability=reliability),
    )
    warm_up_s, duration_s = parameter("warm_up_s", 2.0), parameter("duration_s", 10.0)
    rate_hz, output = parameter("rate_hz", 30.0), parameter("answers", "mask")
    answers = None if rate_hz else Answers(node, f"segmentation/{camera_name.input(output)}")
    camera = BenchmarkCamera(publisher, messages, rate_hz, answers)
    while publisher.get_subscription_count() == 0:
        time.sleep(0.05)
    time.sleep(_SETTLE_S)

    if parameter("await_go", False):
        # Several cameras begin together.
        _say(event="ready")
        sys.stdin.readline()
    camera.send_for(warm_up_s)
    measured_from = time.time_ns()
    _say(event="measuring")
    camera.send_for(duration_s)
    measured_to = time.time_ns()
    _say(
        event="done",
        measured_from=measured_from,
        measured_to=measured_to,
        sent=camera.stamps,
        published=camera.published,
    )
    # Its use of the processor is read before it ends.
    sys.stdin.read()
    node.destroy_node()
    rclpy.try_shutdown()
    return 0


def _say(**event: Any) -> None:
    print(json.dumps(event), flush=True)


if __name__ == "__main__":
    sys.exit(stopping.run("benchmark_camera", main))
