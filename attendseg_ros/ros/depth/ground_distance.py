# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How far below the camera free ground is, from depth images."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from attendseg_ros.clocks import NANOSECONDS
from attendseg_ros.geometry.depth import FARTHEST_M
from attendseg_ros.navigation import Disc
from attendseg_ros.percentiles import percentile
from attendseg_ros.ros.depth.depth_errors import DepthError, DepthFault
from attendseg_ros.ros.depth.depth_messages import check_view, to_metres
from attendseg_ros.ros.depth.depth_topic import DepthTopic
from attendseg_ros.ros.health.landing_report import LandingReport
from attendseg_ros.ros.messages.frame_names import same_frame
from attendseg_ros.ros.outputs.publishers import Outputs
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.shortening import shortened
from attendseg_ros.streaming.timing import stamp_ns

OLDEST_NS = 500_000_000
"""Depth farther from an image's stamp tells nothing: 0.5 s is 1 m of a usual descent."""

LEAST_MEASURED = 0.1
"""Share of a disc that must be measured: a few pixels in a hole are mostly noise."""

MOST_SPREAD = 0.3
"""Share of the median by which all but the nearest and the farthest tenth of a disc may differ. A
camera that looks 20 degrees aside sees level ground so; a roof with the street beside it is beyond.
"""

_SAMPLES = 16
"""Pixels of a disc's radius that are looked at: hundreds in all are enough for a median."""


class GroundDistance:
    """Takes depth while somebody wants the landing zone.

    `below` and `is_asked_for` are for the thread that segments, everything else is for the
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

    def below(self, size: tuple[int, int], image_size: tuple[int, int], image: Header) -> DiscDepth:
        """The depth of an image's moment.

        Args:
            size: width and height of the mask.
            image_size: width and height of the image.
            image: the image's header.

        Raises:
            DepthError: there is none of about that moment, of that frame, size and view.
        """
        depth = self._newest
        if depth is None:
            topic = self._node.resolve_topic_name(self._outputs.camera.input("depth"))
            raise DepthError(DepthFault.NO_DEPTH, f"nothing has arrived on {topic}{self._since}")
        _check_belongs(depth.header, image)
        check_view(depth, image_size)
        # Of no pixel: what is wrong with all of them shows.
        to_metres(depth, *size, (slice(0), slice(0)))
        return DiscDepth(depth, size)

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


@dataclass(frozen=True)
class DiscDepth:
    """A depth image, asked how far the ground in a disc is.

    Of that disc alone: elsewhere free ground may lie on another level, and the median of all told a
    roof of a metre to be one of five.

    Attributes:
        depth: of the mask's moment and size.
        size: width and height of both.
    """

    depth: Image
    size: tuple[int, int]

    def metres(self, disc: Disc) -> float:
        """The median distance of a disc along the optical axis, above 0.

        Raises:
            DepthError: too little of it is measured, or its depths are not those of level ground.
        """
        width, height = self.size
        # The smallest reach no pixel's centre.
        radius = max(disc.radius, 1.0)
        step = max(1, int(radius / _SAMPLES))
        rows, columns = (
            slice(max(0, ceil(at - radius)), min(side, floor(at + radius) + 1), step)
            for at, side in ((disc.y, height), (disc.x, width))
        )
        y, x = np.ogrid[rows, columns]
        inside = (x - disc.x) ** 2 + (y - disc.y) ** 2 <= radius**2
        ground = to_metres(self.depth, width, height, (rows, columns))[inside]
        measured = ground[np.isfinite(ground)]
        if measured.size == 0 or measured.size < LEAST_MEASURED * ground.size:
            raise DepthError(
                DepthFault.NO_GROUND,
                f"depth measures {measured.size / max(1, ground.size):.0%} of the largest free "
                f"disc, {LEAST_MEASURED:.0%} are needed; 0, NaN and what is beyond "
                f"{FARTHEST_M:g} m are no measurements (32FC1 is in metres)",
            )
        values = measured.tolist()
        near, middle, far = (percentile(values, share) for share in (0.1, 0.5, 0.9))
        if far - near > MOST_SPREAD * middle:
            raise DepthError(
                DepthFault.NOT_LEVEL,
                f"in the largest free disc it is from {near:.2f} to {far:.2f} m away; metres need "
                "a camera that looks straight down on level ground",
            )
        return middle


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
