# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How far below the camera the free ground is, from depth images."""

from __future__ import annotations

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus
from numpy.typing import NDArray
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from attendseg_ros.clocks import NANOSECONDS
from attendseg_ros.navigation import FREE
from attendseg_ros.ros.depth.depth_errors import DepthError, DepthFault
from attendseg_ros.ros.depth.depth_messages import same_frame, to_metres
from attendseg_ros.ros.depth.depth_topic import DepthTopic
from attendseg_ros.ros.health.landing_report import LandingReport
from attendseg_ros.ros.outputs.publishers import Outputs
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.shortening import shortened
from attendseg_ros.streaming.timing import stamp_ns

OLDEST_NS = 500_000_000
"""Depth farther from an image's stamp tells nothing: 0.5 s is 1 m of a usual descent."""

STEP = 4
"""Every so many pixels a side are looked at: thousands are enough for a median."""

LEAST_MEASURED = 0.1
"""Share of the free ground that must be measured: a few pixels in a hole are mostly noise."""


class GroundDistance:
    """Takes depth while somebody wants the landing zone.

    `metres` and `is_asked_for` are for the thread that segments, everything else is for the
    executor's.
    """

    def __init__(
        self, node: LifecycleNode, outputs: Outputs, depth: DepthTopic, report: LandingReport
    ) -> None:
        """Prepares.

        Args:
            node: for the topic's name.
            outputs: who asks for the landing zone.
            depth: where depth comes from.
            report: what /diagnostics says of the landing zone.
        """
        self._node = node
        self._outputs = outputs
        self._depth = depth
        self._report = report
        self._wanted = False
        self._joined = False
        self._expected = False
        self._newest: Image | None = None
        self._since = ""

    def follow_demand(self, settings: Settings) -> None:
        """Joins depth when a landing zone is wanted, and leaves it when none is."""
        self._wanted = self._outputs.landing_zone_wanted()
        wanted = self._wanted and settings.height_source != "parameter"
        if wanted and not self._joined:
            self._joined = True
            self._depth.join(self._on_depth)
        elif not wanted:
            self._leave()
        if wanted and not self._expected:
            self._expected = self._depth.is_expected()

    def is_asked_for(self, settings: Settings) -> bool:
        """Whether the height is to come from depth, be there any at the moment or not.

        Once depth was there, it is asked for until the node is deactivated: a depth camera that
        dies must not make a height count that was set before take-off.
        """
        if settings.height_source != "auto":
            return settings.height_source == "depth"
        return self._expected or self._newest is not None

    def gives_metres(self, settings: Settings) -> bool:
        """Whether somebody wants a landing zone in metres, be they known at the moment or not."""
        asked = settings.landing_min_radius_m > 0.0 or settings.height_above_ground_m > 0.0
        return self._wanted and (asked or self.is_asked_for(settings))

    def statuses(self) -> list[DiagnosticStatus]:
        """The status of the landing zone since the last call; none while nobody wants it."""
        return [self._report.status()] if self._wanted else []

    def metres(self, occupancy: NDArray[np.uint8], image: Header) -> float:
        """The median distance of the free ground along the optical axis.

        Args:
            occupancy: uint8 (H, W), `FREE` where the ground is free, which some of it is.
            image: the image's header.

        Returns:
            Metres, above 0.

        Raises:
            DepthError: there is no depth of about that moment, of that frame and size, that
                measures enough of the free ground.
        """
        depth = self._newest
        if depth is None:
            topic = self._node.resolve_topic_name(self._outputs.camera.input("depth"))
            raise DepthError(DepthFault.NO_DEPTH, f"nothing has arrived on {topic}{self._since}")
        _check_belongs(depth.header, image)
        free = occupancy == FREE
        # Patches that lie between the pixels looked at are rare, and still want a height.
        step = STEP if free[::STEP, ::STEP].any() else 1
        height, width = occupancy.shape
        ground = to_metres(depth, width, height, step)[free[::step, ::step]]
        measured = ground[np.isfinite(ground)]
        if measured.size == 0 or measured.size < LEAST_MEASURED * ground.size:
            raise DepthError(
                DepthFault.NO_GROUND,
                f"depth measures {measured.size / max(1, ground.size):.0%} of the free ground, "
                f"{LEAST_MEASURED:.0%} are needed",
            )
        return float(np.median(measured))

    def begin_anew(self) -> None:
        """Forgets the last depth, when the clock was set back: its moment comes once more."""
        self._newest, self._since = None, " since the clock was set back"

    def close(self) -> None:
        """Leaves depth and forgets the last one."""
        self._wanted = False
        self._leave()

    def _leave(self) -> None:
        if self._joined:
            self._joined = False
            self._depth.leave(self._on_depth)
            self._newest = None

    def _on_depth(self, message: Image) -> None:
        self._expected = True
        self._newest = message


def _check_belongs(depth: Header, image: Header) -> None:
    depth_ns, image_ns = stamp_ns(depth.stamp), stamp_ns(image.stamp)
    for what, stamp in (("depth", depth_ns), ("image", image_ns)):
        if stamp == 0:
            raise DepthError(
                DepthFault.UNSTAMPED, f"the {what}'s: whether both are of one moment is not known"
            )
    if abs(depth_ns - image_ns) > OLDEST_NS:
        direction = "older" if depth_ns < image_ns else "younger"
        raise DepthError(
            DepthFault.STALE,
            f"the last is {abs(depth_ns - image_ns) / NANOSECONDS:.1f} s {direction} than the "
            f"image, at most {OLDEST_NS / NANOSECONDS:g} s is allowed",
        )
    if not same_frame(depth, image):
        raise DepthError(
            DepthFault.FRAME,
            f"depth is in {shortened(depth.frame_id)} and the image in "
            f"{shortened(image.frame_id)}; "
            "it must be aligned to the image",
        )
