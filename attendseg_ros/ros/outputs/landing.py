# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The landing zone of each frame as a message, in metres where the camera's height is known."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from math import isfinite, isnan, nan

import numpy as np
from geometry_msgs.msg import Point
from numpy.typing import NDArray
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

from attendseg_ros.errors import described
from attendseg_ros.geometry import Lens
from attendseg_ros.msg import LandingZone
from attendseg_ros.navigation import (
    FREE,
    Disc,
    GroundView,
    LandingRules,
    LandingSearch,
    Verdict,
    mean_inside,
)
from attendseg_ros.ros.camera.calibration import Calibration
from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.depth.depth_errors import DepthError, DepthFault
from attendseg_ros.ros.depth.ground_distance import GroundDistance
from attendseg_ros.ros.health.landing_report import LandingReport, WithoutMetres
from attendseg_ros.ros.messages.frame_names import to_be_placed
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.streaming.throttle import Throttle
from attendseg_ros.streaming.timing import stamp_ns

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
            distance: measures how far the ground is, where depth is asked for.
            report: where frames are counted.
        """
        self._node = node
        self._camera = camera
        self._distance = distance
        self._report = report
        self._calibration = Calibration(node, camera)
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
        image_size: tuple[int, int],
        header: Header,
        blind: str = "",
    ) -> LandingZone:
        """Takes in a frame.

        Args:
            occupancy: uint8 (H, W), the pixels of ~/traversable.
            confidence: uint8 (H, W), 255 = certain.
            settings: of this frame.
            camera_info: the camera's; None if none has come.
            image_size: width and height of the camera's image.
            header: of the image.
            blind: that the image shows nothing, in words; empty where it shows something.
        """
        try:
            found = self._find(occupancy, confidence, settings, camera_info, image_size, header)
        except Exception as error:
            # The mask is fine: what fails here must cost the zone alone. News end with ROS.
            self.begin_anew()
            fault = DepthError(DepthFault.INTERNAL, described(error))
            if self._node.context.ok():
                self._warn(fault, settings)
            found = _message(header, None, nan, None, str(fault))
        if blind and not found.found:
            found.reason = f"{blind}: nothing in it is known to be free"
        self._report.record_frame(found.found)
        return found

    def _find(
        self,
        occupancy: Pixels,
        confidence: Pixels | None,
        settings: Settings,
        camera_info: CameraInfo | None,
        image_size: tuple[int, int],
        header: Header,
    ) -> LandingZone:
        scale, problem = None, None
        try:
            scale = self._scale(occupancy, settings, camera_info, image_size, header)
        except DepthError as error:
            problem = error
        rows, columns = occupancy.shape
        # Of a mask of another size; where a circle of it is none of the image, the smaller one.
        across, down = image_size[0] / columns, image_size[1] / rows
        rules = LandingRules(
            min_radius_px=settings.landing_min_radius_px,
            min_radius_m=settings.landing_min_radius_m,
            hysteresis=settings.landing_hysteresis,
            frames=settings.landing_frames,
            image_px=min(across, down),
        )
        verdict = self._search.find(
            occupancy,
            rules,
            radius_m=None if scale is None else scale.radius_m,
            stamp_ns=stamp_ns(header.stamp),
        )
        if scale is not None and verdict.unchecked:
            problem = scale.problem
        view = None
        if scale is not None and verdict.zone is not None:
            try:
                view = scale.view(verdict.zone)
            except DepthError as error:
                problem = error
        if problem is not None:
            self._warn(problem, settings)
            if verdict.zone is None and settings.landing_min_radius_m > 0.0:
                verdict = Verdict(None, f"landing_min_radius_m cannot be checked: {problem}")
        if not settings.free_classes:
            verdict = Verdict(None, "traversable_classes is empty: no class is one to land on")
        if verdict.zone is None:
            return _message(header, None, nan, None, verdict.reason)
        mean = nan if confidence is None else mean_inside(confidence, verdict.zone) / 255.0
        found = _message(header, verdict.zone, mean, view)
        found.center_x = (found.center_x + 0.5) * across - 0.5
        found.center_y = (found.center_y + 0.5) * down - 0.5
        found.radius *= min(across, down)
        return found

    def _scale(
        self,
        occupancy: Pixels,
        settings: Settings,
        camera_info: CameraInfo | None,
        image_size: tuple[int, int],
        header: Header,
    ) -> _Scale | None:
        """What turns pixels into metres; None where nobody asks for metres or nothing is free.

        Raises:
            DepthError: metres are asked for and not known.
        """
        by_depth = self._distance.is_asked_for(settings)
        asked = settings.landing_min_radius_m > 0.0 or settings.height_above_ground_m != 0.0
        if not (asked or by_depth) or not (occupancy == FREE).any():
            return None
        rows, columns = occupancy.shape
        height_m: Callable[[Disc], float]
        given_m = settings.height_above_ground_m
        if by_depth:
            height_m = self._distance.below((columns, rows), image_size, header).metres
        elif isfinite(given_m) and given_m > 0.0:
            height_m = partial(_level, given_m)
        else:
            raise DepthError(
                DepthFault.NO_HEIGHT,
                f"height_above_ground_m is {given_m:g} and no depth is asked for; "
                "it must be above 0",
            )
        lens = self._calibration.lens(camera_info, *image_size, settings, (columns, rows))
        return _Scale(lens, height_m)

    def _warn(self, error: DepthError, settings: Settings) -> None:
        limit_m = settings.landing_min_radius_m
        refused = limit_m > 0.0
        outcome = WithoutMetres.REFUSED if refused else WithoutMetres.PIXELS
        self._report.record_defect(outcome, error.reason)
        if self._throttle.ready(f"{outcome.name} {error.reason.name}"):
            zone = self._camera.output("landing_zone")
            what = f"has no zone, {limit_m:g} m cannot be checked" if refused else outcome.value
            verb = "" if refused else "is "
            self._node.get_logger().warning(f"{zone} {verb}{what}: {error}")


class _Scale:
    """What turns the discs of one frame into metres."""

    def __init__(self, lens: Lens, height_m: Callable[[Disc], float]) -> None:
        self._lens = lens
        # The disc that is chosen is measured while it is sought, and for its message.
        self._height_m = cache(height_m)
        # Of the first disc that has one, which is the largest.
        self.problem: DepthError | None = None

    def radius_m(self, disc: Disc) -> float:
        """The radius on the ground; NaN where that is not known, as `problem` says."""
        try:
            radius_m = self.view(disc).radius_m(disc)
            if isnan(radius_m):
                raise DepthError(
                    DepthFault.NO_GROUND,
                    "by D of camera_info the lens shows no ground on the rim of the largest free "
                    "disc: is it of this lens?",
                )
        except DepthError as error:
            self.problem = self.problem or error
            return nan
        return radius_m

    def view(self, disc: Disc) -> GroundView:
        """The ground that the disc is on.

        Raises:
            DepthError: how far it is is not known.
        """
        return GroundView(self._lens.unproject, self._height_m(disc))


def _level(height_m: float, _disc: Disc) -> float:
    """A height that was told: the ground is taken for level."""
    return height_m


def _message(
    header: Header, zone: Disc | None, confidence: float, view: GroundView | None, reason: str = ""
) -> LandingZone:
    x, y, radius = (zone.x, zone.y, zone.radius) if zone is not None else (nan, nan, nan)
    across_m, down_m, along_m, radius_m = nan, nan, nan, nan
    if zone is not None and view is not None:
        across_m, down_m, along_m = view.position(x, y)
        radius_m = view.radius_m(zone)
    return LandingZone(
        header=to_be_placed(header),
        found=zone is not None,
        center_x=x,
        center_y=y,
        radius=radius,
        radius_m=radius_m,
        position=Point(x=across_m, y=down_m, z=along_m),
        confidence=confidence,
        reason=reason,
    )
