# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The landing zone of each frame as a message, in metres where the camera's height is known."""

from __future__ import annotations

from math import isfinite, nan

import numpy as np
from geometry_msgs.msg import Point
from numpy.typing import NDArray
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

from attendseg_ros.msg import LandingZone
from attendseg_ros.navigation import (
    Disc,
    GroundView,
    LandingRules,
    LandingSearch,
    Verdict,
    mean_inside,
)
from attendseg_ros.ros.camera_name import CameraName
from attendseg_ros.ros.ground_distance import GroundDistance
from attendseg_ros.ros.intrinsics import to_intrinsics
from attendseg_ros.ros.landing_report import LandingReport
from attendseg_ros.ros.no_points import NoPoints, NoPointsError
from attendseg_ros.ros.settings import Settings
from attendseg_ros.ros.throttle import Throttle
from attendseg_ros.ros.timing import stamp_ns

Pixels = NDArray[np.uint8]


class LandingZones:
    """Searches the frames of one activation for a place to land."""

    def __init__(
        self,
        node: LifecycleNode,
        camera: CameraName,
        distance: GroundDistance,
        report: LandingReport,
    ) -> None:
        """Begins with no zone.

        Args:
            node: for its logger.
            camera: whose frames they are.
            distance: measures how far the ground is, where there is depth.
            report: where frames are counted.
        """
        self._node = node
        self._camera = camera
        self._distance = distance
        self._report = report
        self._search = LandingSearch()
        self._throttle = Throttle()

    def begin_anew(self) -> None:
        """Forgets the zone in view: another model may see none there."""
        self._search = LandingSearch()

    def find(
        self,
        occupancy: Pixels,
        confidence: Pixels | None,
        settings: Settings,
        camera_info: CameraInfo | None,
        header: Header,
    ) -> LandingZone:
        """Takes in a frame.

        Args:
            occupancy: uint8 (H, W), the pixels of ~/traversable.
            confidence: uint8 (H, W), 255 = certain.
            settings: of this frame.
            camera_info: the camera's; None if none has come.
            header: of the image.
        """
        measured_m = self._distance.metres(occupancy, stamp_ns(header.stamp))
        height_m = measured_m if isfinite(measured_m) else settings.height_above_ground_m
        view = self._ground_view(occupancy, height_m, camera_info)
        rules = LandingRules(
            min_radius_px=settings.landing_min_radius_px,
            min_radius_m=settings.landing_min_radius_m,
            hysteresis=settings.landing_hysteresis,
            frames=settings.landing_frames,
        )
        verdict = self._search.find(
            occupancy,
            rules,
            metres_per_pixel=nan if view is None else view.metres_per_pixel,
            stamp_ns=stamp_ns(header.stamp),
        )
        if not settings.free_classes:
            verdict = Verdict(None, "traversable_classes is empty: no class is one to land on")
        self._report.note_frame(verdict.zone is not None)
        if verdict.zone is None:
            return _message(header, None, nan, view, verdict.reason)
        mean = nan if confidence is None else mean_inside(confidence, verdict.zone) / 255.0
        return _message(header, verdict.zone, mean, view)

    def _ground_view(
        self, occupancy: Pixels, height_m: float, camera_info: CameraInfo | None
    ) -> GroundView | None:
        """What turns pixels into metres; None where it is not known, which the log says."""
        if height_m <= 0.0:
            return None
        height, width = occupancy.shape
        if camera_info is None:
            topic = self._node.resolve_topic_name(self._camera.input("camera_info"))
            self._warn(NoPoints.NO_CAMERA_INFO, f"nothing has come on {topic}")
            return None
        try:
            camera = to_intrinsics(camera_info, width, height)
        except NoPointsError as error:
            self._warn(error.reason, str(error))
            return None
        return GroundView(camera.fx, camera.fy, camera.cx, camera.cy, height_m)

    def _warn(self, reason: NoPoints, problem: str) -> None:
        self._report.note_defect(reason)
        if self._throttle.ready(reason.name):
            zone = self._camera.output("landing_zone")
            self._node.get_logger().warning(f"{zone} is in pixels only: {problem}")


def _message(
    header: Header, zone: Disc | None, confidence: float, view: GroundView | None, reason: str = ""
) -> LandingZone:
    x, y, radius = (zone.x, zone.y, zone.radius) if zone is not None else (nan, nan, nan)
    across_m, down_m, along_m, radius_m = nan, nan, nan, nan
    if zone is not None and view is not None:
        across_m, down_m, along_m = view.position(x, y)
        radius_m = radius * view.metres_per_pixel
    return LandingZone(
        header=header,
        found=zone is not None,
        center_x=x,
        center_y=y,
        radius=radius,
        radius_m=radius_m,
        position=Point(x=across_m, y=down_m, z=along_m),
        confidence=confidence,
        reason=reason,
    )
