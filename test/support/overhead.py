# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Grounds to land on, and the camera above them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo
from support.ros_client import image, wait_until
from support.segmentation_rig import Rig
from support.tiny_bundle import painted

from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.msg import LandingZone

SIDE = 256
"""Width and height of landing grounds, and of the network's input for them."""


def ground(*discs: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Labels, uint8 (SIDE, SIDE): road in discs of a centre and a radius, buildings elsewhere."""
    labels = np.full((SIDE, SIDE), CamVidClass.BUILDING, np.uint8)
    y, x = np.ogrid[:SIDE, :SIDE]
    for center_x, center_y, radius in discs:
        labels[(x - center_x) ** 2 + (y - center_y) ** 2 <= radius**2] = CamVidClass.ROAD
    return labels


_hours = itertools.count(1000)


class Overhead:
    """A camera above landing grounds: shows one at 30 Hz of its own stamps.

    A frame that is not answered soon is sent again and then counts twice, so tests ask for more
    frames than will ever be sent, or for one.
    """

    def __init__(self, rig: Rig, camera: Any) -> None:
        self._rig, self._camera = rig, camera
        self._zones = rig.output("landing_zone", LandingZone)
        # An hour apart from the stamps of all other tests, and of the frame before this one.
        self._stamp_ns = next(_hours) * 3_600_000_000_000

    def see(self, labels: NDArray[np.uint8]) -> Any:
        """The zone of the next frame."""
        self._stamp_ns += 33_000_000
        message = image(painted(labels), "rgb8", self._rig.client.header("downward"))
        message.header.stamp.sec, message.header.stamp.nanosec = divmod(self._stamp_ns, 10**9)
        (zone,) = self._rig.client.ask(self._camera, message, self._zones)
        assert zone.header == message.header
        return zone

    def see_until(self, labels: NDArray[np.uint8], fits: Callable[[Any], bool]) -> Any:
        """The first zone that fits, of frames that all show the same."""
        last: Any = None

        def fit() -> bool:
            nonlocal last
            last = self.see(labels)
            return fits(last)

        wait_until(fit, f"a zone that fits, last {last}")
        return last


def overhead_of(rig: Rig, camera: Any) -> Overhead:
    """Roads are what one may land on, with an input large enough for the grounds."""
    rig.client.must_set(
        traversable_classes=["road"], obstacle_classes=["building"], input_size=[SIDE, SIDE]
    )
    size = f"{SIDE}x{SIDE}"
    wait_until(lambda: rig.value("network", "input size") == size, "the new input size")
    return Overhead(rig, camera)


def send_info(rig: Rig, overhead: Overhead, applied: Callable[[Any], bool], **fields: Any) -> Any:
    """Sends a camera_info until a zone shows that it was taken in."""
    sender = rig.client.camera(CameraInfo, "camera_info")
    info = CameraInfo(**{"width": SIDE, "height": SIDE, **fields})
    labels = ground((100, 140, 60))

    def fits(zone: Any) -> bool:
        sender.publish(info)
        return bool(zone.found and applied(zone))

    try:
        return overhead.see_until(labels, fits)
    finally:
        rig.client.node.destroy_publisher(sender)


def intrinsics(focal_length: float) -> list[float]:
    return [focal_length, 0.0, 128.0, 0.0, focal_length, 128.0, 0.0, 0.0, 1.0]
