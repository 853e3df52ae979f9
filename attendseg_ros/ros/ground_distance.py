# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How far below the camera the free ground is, from depth images."""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import Image

from attendseg_ros.ros import qos
from attendseg_ros.ros.depth_messages import to_metres
from attendseg_ros.ros.no_points import NoPointsError
from attendseg_ros.ros.publishers import Outputs
from attendseg_ros.ros.throttle import Throttle
from attendseg_ros.ros.timing import stamp_ns

OLDEST_NS = 500_000_000
"""Depth farther from an image's stamp tells nothing: 0.5 s is 1 m of a usual descent."""

STEP = 4
"""Every so many pixels a side are looked at: thousands are enough for a median."""


class GroundDistance:
    """Subscribes to depth while somebody wants the landing zone.

    `metres` is for the thread that segments, everything else is for the executor's.
    """

    def __init__(self, node: LifecycleNode, outputs: Outputs) -> None:
        """Prepares.

        Args:
            node: owns the subscription.
            outputs: who asks for the landing zone.
        """
        self._node = node
        self._outputs = outputs
        self._throttle = Throttle()
        self._subscription: Any = None
        self._newest: Image | None = None

    def attend(self) -> None:
        """Subscribes to depth when a landing zone is wanted, and lets go of it when none is."""
        wanted = self._outputs.landing_zone_wanted()
        if wanted and self._subscription is None:
            self._subscription = self._node.create_subscription(
                Image,
                "depth",
                self._on_depth,
                qos.newest_image(),
                qos_overriding_options=qos.overridable(),
            )
        elif not wanted:
            self.close()

    def metres(self, occupancy: NDArray[np.uint8], image_ns: int) -> float:
        """The median distance of the free ground along the optical axis.

        Args:
            occupancy: uint8 (H, W), 0 where the ground is free.
            image_ns: the stamp of the image, nanoseconds.

        Returns:
            Metres; NaN where no depth of about that moment, of that size and of free ground is
            there.
        """
        depth = self._newest
        if depth is None or abs(stamp_ns(depth.header.stamp) - image_ns) > OLDEST_NS:
            return nan
        height, width = occupancy.shape
        try:
            metres = to_metres(depth, width, height)
        except NoPointsError as error:
            if self._throttle.ready(error.reason.name):
                self._node.get_logger().warning(f"~/landing_zone does without depth: {error}")
            return nan
        free = metres[::STEP, ::STEP][occupancy[::STEP, ::STEP] == 0]
        known = free[np.isfinite(free)]
        return float(np.median(known)) if known.size else nan

    def close(self) -> None:
        """Unsubscribes and forgets."""
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
            self._subscription = None
            self._newest = None

    def _on_depth(self, message: Image) -> None:
        self._newest = message
