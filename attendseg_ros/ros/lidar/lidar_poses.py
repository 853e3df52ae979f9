# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a lidar is, seen from a camera: by a parameter, else from TF; never guessed."""

from __future__ import annotations

from math import cos, radians
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from std_msgs.msg import Header

from attendseg_ros.geometry.rigid import rigid
from attendseg_ros.geometry.transforms import NoTransform, Transform, TransformError
from attendseg_ros.ros.lidar.painting_report import NotPainted, NotPaintedError
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.shortening import shortened
from attendseg_ros.streaming.timing import stamp_ns

UPWARD = cos(radians(30.0))
"""Cosine of the angle between a camera's view and a lidar's z axis, below which it looks up."""


class TransformSource(Protocol):
    """What TF says."""

    @property
    def installed(self) -> bool:
        """Whether it can be read at all."""

    def follow_demand(self, user: object, *, wanted: bool) -> None:
        """Reads it while any user wants it."""

    def find(self, target: str, source: str, moment_ns: int, tolerance_ns: int) -> Transform:
        """See `TransformTree.find`."""

    def doubt(self, target: str, source: str) -> str:
        """What speaks against it, in words; empty if nothing."""


class LidarPoses:
    """The poses of one lidar in the frame of one camera."""

    def __init__(self, transforms: TransformSource, number: int) -> None:
        """Prepares.

        Args:
            transforms: where TF comes from.
            number: of the camera among those of the node, from 0.
        """
        self._transforms = transforms
        self._number = number

    def follow_demand(self, user: object, settings: Settings, *, wanted: bool) -> None:
        """Reads TF while a pose is wanted that no parameter gives; for the executor's thread."""
        self._transforms.follow_demand(user, wanted=wanted and not settings.lidar_poses)

    def at(self, cloud: Header, image: Header, settings: Settings) -> NDArray[np.float64]:
        """Takes a cloud's coordinates to the camera's optical frame: float64 (4, 4).

        Raises:
            NotPaintedError: it is not known.
        """
        if settings.lidar_poses:
            return rigid(settings.lidar_poses[self._number])
        if not self._transforms.installed:
            raise NotPaintedError(
                NotPainted.POSE,
                "T_camera_lidar is not set, and tf2_msgs, which TF comes in, is not installed",
            )
        for what, header in (("cloud", cloud), ("image", image)):
            if not header.frame_id:
                raise NotPaintedError(
                    NotPainted.POSE,
                    f"the {what} has no frame_id, and T_camera_lidar is not set; let the driver "
                    "name it",
                )
        tolerance_ns = round(settings.painting_tolerance_ms * 1e6)
        try:
            found = self._transforms.find(
                image.frame_id, cloud.frame_id, stamp_ns(cloud.stamp), tolerance_ns
            )
        except TransformError as error:
            publish = "" if error.reason is NoTransform.IN_TURNS else "; publish it"
            raise NotPaintedError(
                NotPainted.POSE, f"{error}{publish}, or set T_camera_lidar"
            ) from error
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = found.rotation, found.translation
        return matrix

    def doubts(
        self, pose: NDArray[np.float64], cloud: Header, image: Header, settings: Settings
    ) -> list[str]:
        """What speaks against a pose, in words.

        Args:
            pose: what `at` gave.
            cloud: the cloud's header.
            image: the image's header.
            settings: of the image.
        """
        found = [self._of_the_body(pose, image, settings)]
        if not settings.lidar_poses:
            found.append(self._transforms.doubt(image.frame_id, cloud.frame_id))
        return [doubt for doubt in found if doubt]

    def _of_the_body(self, pose: NDArray[np.float64], image: Header, settings: Settings) -> str:
        """That TF places the camera by a frame of its body, in words; empty where it does not.

        Simulators give images the frame of the camera's link, x forward and z up. What is above the
        camera is then taken for what it sees.

        Args:
            pose: what `at` gave.
            image: the image's header.
            settings: of the image.
        """
        # The lidar's z axis, in the direction of the camera's view.
        by_tf, upward = not settings.lidar_poses, bool(pose[2, 2] > UPWARD)
        if not (by_tf and upward) or "optical" in image.frame_id.lower():
            return ""
        return (
            f"by TF {shortened(image.frame_id)} looks along the z axis of the lidar, which is up: "
            "the frame of an image must be an optical one, z forward (REP 103), or points are "
            "painted wrong; let the driver name it, or set T_camera_lidar"
        )
