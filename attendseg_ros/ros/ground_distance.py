# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How far below the camera the free ground is, from depth images."""

from __future__ import annotations

from math import nan

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus
from numpy.typing import NDArray
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import Image

from attendseg_ros.ros.depth_messages import to_metres
from attendseg_ros.ros.depth_topic import DepthTopic
from attendseg_ros.ros.landing_report import LandingReport
from attendseg_ros.ros.no_points import NoPointsError
from attendseg_ros.ros.publishers import Outputs
from attendseg_ros.ros.throttle import Throttle
from attendseg_ros.ros.timing import stamp_ns

OLDEST_NS = 500_000_000
"""Depth farther from an image's stamp tells nothing: 0.5 s is 1 m of a usual descent."""

STEP = 4
"""Every so many pixels a side are looked at: thousands are enough for a median."""


class GroundDistance:
    """Takes depth while somebody wants the landing zone.

    `metres` is for the thread that segments, everything else is for the executor's.
    """

    def __init__(
        self, node: LifecycleNode, outputs: Outputs, depth: DepthTopic, report: LandingReport
    ) -> None:
        """Prepares.

        Args:
            node: for its logger.
            outputs: who asks for the landing zone.
            depth: where depth comes from.
            report: where depth that is of no use is counted.
        """
        self._node = node
        self._outputs = outputs
        self._depth = depth
        self._report = report
        self._throttle = Throttle()
        self._joined = False
        self._newest: Image | None = None

    def attend(self) -> None:
        """Joins depth when a landing zone is wanted, and leaves it when none is."""
        wanted = self._outputs.landing_zone_wanted()
        if wanted and not self._joined:
            self._joined = True
            self._depth.join(self._on_depth)
        elif not wanted:
            self.close()

    def statuses(self) -> list[DiagnosticStatus]:
        """The status of the landing zone since the last call; none while nobody wants it."""
        return [self._report.status()] if self._joined else []

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
            metres = to_metres(depth, width, height, STEP)
        except NoPointsError as error:
            self._report.note_defect(error.reason)
            if self._throttle.ready(error.reason.name):
                zone = self._outputs.camera.output("landing_zone")
                self._node.get_logger().warning(f"{zone} does without depth: {error}")
            return nan
        free = metres[occupancy[::STEP, ::STEP] == 0]
        known = free[np.isfinite(free)]
        return float(np.median(known)) if known.size else nan

    def close(self) -> None:
        """Leaves depth and forgets."""
        if self._joined:
            self._joined = False
            self._depth.leave(self._on_depth)
            self._newest = None

    def _on_depth(self, message: Image) -> None:
        self._newest = message
