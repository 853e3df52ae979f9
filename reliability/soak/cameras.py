# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The two cameras of a soak: one that a robot depends on, and one that does everything wrong."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from attendseg_ros.ros.messages.image_messages import to_image

SIZE = (640, 480)
_SIZES = (SIZE, (320, 240), (1280, 720), (33, 77), (1, 1), (704, 64))
_ENCODINGS = {"rgb8": 3, "bgr8": 3, "mono8": 1, "rgba8": 4}
_STALL_S = (1.0, 6.0)
_ABSENT_S = (1.0, 4.0)
_BURST = 30


def _picture(width: int, height: int) -> NDArray[np.uint8]:
    """A gradient with a horizon: uint8 (height, width, 4)."""
    rows = np.linspace(0, 255, height, dtype=np.uint8)[:, None, None]
    picture = np.broadcast_to(rows, (height, width, 4)).copy()
    picture[: height // 2, :, 2] = 200
    return picture


class SteadyCamera:
    """Sends the same picture at a steady rate; what comes of it is what the soak measures."""

    def __init__(self, node: Node, rate_hz: float) -> None:
        self._node = node
        self._period_s = 1.0 / rate_hz
        self._next_s = 0.0
        self._publisher = node.create_publisher(Image, "front/image", qos_profile_sensor_data)
        self._message = to_image(_picture(*SIZE)[..., :3], "rgb8", Header(frame_id="front"))
        self.sent = 0

    def tick(self, now_s: float) -> None:
        """Sends an image where one is due."""
        if now_s < self._next_s:
            return
        self._next_s = now_s + self._period_s
        self._message.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(self._message)
        self.sent += 1


class UnrulyCamera:
    """Comes and goes, changes its form, stalls, bursts and sends garbage."""

    def __init__(self, node: Node, chance: random.Random) -> None:
        self._node = node
        self._chance = chance
        self._publisher: Any = None
        self._quiet_until_s = 0.0
        self._form = (SIZE, "rgb8")
        self._next_s = 0.0
        self.sent = 0
        self.garbage = 0

    def tick(self, now_s: float) -> None:
        """Sends an image where one is due; comes back where it was away long enough."""
        if now_s < max(self._next_s, self._quiet_until_s):
            return
        self._next_s = now_s + 1.0 / 15.0
        if self._publisher is None:
            self._publisher = self._node.create_publisher(
                Image, "rear/image", qos_profile_sensor_data
            )
        self._send(self._image())

    def misbehave(self, now_s: float) -> None:
        """Does one thing that cameras do."""
        what = self._chance.choice(
            (self._change, self._stall, self._burst, self._leave, self._send_garbage)
        )
        what(now_s)

    def behave(self) -> None:
        """Sends what the steady camera sends until it misbehaves again."""
        self._form, self._quiet_until_s = (SIZE, "rgb8"), 0.0

    def _image(self) -> Image:
        (width, height), encoding = self._form
        pixels = _picture(width, height)[..., : _ENCODINGS[encoding]]
        header = Header(frame_id="rear", stamp=self._node.get_clock().now().to_msg())
        return to_image(pixels, encoding, header)

    def _send(self, message: Image) -> None:
        if self._publisher is not None:
            self._publisher.publish(message)
            self.sent += 1

    def _change(self, _now_s: float) -> None:
        self._form = (self._chance.choice(_SIZES), self._chance.choice([*_ENCODINGS]))

    def _stall(self, now_s: float) -> None:
        self._quiet_until_s = now_s + self._chance.uniform(*_STALL_S)

    def _burst(self, _now_s: float) -> None:
        message = self._image()
        for _ in range(_BURST):
            self._send(message)

    def _leave(self, now_s: float) -> None:
        if self._publisher is not None:
            self._node.destroy_publisher(self._publisher)
            self._publisher = None
        self._quiet_until_s = now_s + self._chance.uniform(*_ABSENT_S)

    def _send_garbage(self, _now_s: float) -> None:
        message = self._image()
        what = self._chance.randrange(6)
        if what == 0:
            message.encoding = self._chance.choice(("what", "", "16UC1", "jpeg", "nv12"))
        elif what == 1:
            del message.data[len(message.data) // 2 :]
        elif what == 2:
            message.width = message.height = 0
        elif what == 3:
            message.width, message.height = 2**31, 2**31
        elif what == 4:
            message.step = self._chance.choice((0, 1, 2**32 - 1))
        else:
            message.header.stamp.sec = self._chance.choice((0, 5, 2**31 - 1))
        self.garbage += self._publisher is not None
        self._send(message)
