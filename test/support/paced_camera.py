# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A camera process of a steady rate that counts the masks of its images; prints JSON at its end.

From a shell: `python test/support/paced_camera.py NAMESPACE WIDTH HEIGHT RATE_HZ SECONDS`.
"""

from __future__ import annotations

import json
import sys
import time
from array import array

import rclpy
from sensor_msgs.msg import Image

LAST_MASKS_S = 2.0
"""How long to wait for the masks of the last images."""


def main(namespace: str, width: int, height: int, rate_hz: float, seconds: float) -> None:
    """Waits for the node, publishes best effort as cameras do, counts the answers."""
    rclpy.init()
    node = rclpy.create_node("paced_camera", namespace=namespace)
    publisher = node.create_publisher(Image, "image", rclpy.qos.qos_profile_sensor_data)
    stamps = set()

    def count(mask: Image) -> None:
        assert (mask.width, mask.height) == (width, height)
        stamps.add((mask.header.stamp.sec, mask.header.stamp.nanosec))

    node.create_subscription(Image, "segmentation/mask", count, 10)
    message = Image(width=width, height=height, encoding="rgb8", step=3 * width)
    message.data = array("B", bytes(3 * width * height))
    while not (publisher.get_subscription_count() and node.count_publishers("segmentation/mask")):
        rclpy.spin_once(node, timeout_sec=0.05)

    sent, start = 0, time.monotonic()
    while time.monotonic() < start + seconds:
        message.header.stamp = node.get_clock().now().to_msg()
        publisher.publish(message)
        sent += 1
        while (left := start + sent / rate_hz - time.monotonic()) > 0:
            rclpy.spin_once(node, timeout_sec=left)
    end = time.monotonic() + LAST_MASKS_S
    while len(stamps) < sent and time.monotonic() < end:
        rclpy.spin_once(node, timeout_sec=0.1)
    print(json.dumps({"sent": sent, "masks": len(stamps)}))
    node.destroy_node()
    rclpy.shutdown()


if __name__ == "__main__":
    name, *numbers = sys.argv[1:]
    main(name, int(numbers[0]), int(numbers[1]), float(numbers[2]), float(numbers[3]))
