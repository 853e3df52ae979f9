# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a lidar is, seen from a camera: by a parameter, else from TF; never guessed."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from std_msgs.msg import Header

from attendseg_ros.geometry.rigid import rigid
from attendseg_ros.geometry.transforms import Transform, TransformError
from attendseg_ros.ros.lidar.painting_report import NotPainted, NotPaintedError
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.streaming.timing import stamp_ns


class TransformSource(Protocol):
    """What TF says."""

    @property
    def installed(self) -> bool:
        """Whether it can be read at all."""

    def follow_demand(self, user: object, *, wanted: bool) -> None:
        """Reads it while any user wants it."""

    def find(self, target: str, source: str, moment_ns: int, tolerance_ns: int) -> Transform:
        """See `TransformTree.find`."""


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
            raise NotPaintedError(
                NotPainted.POSE, f"{error}; publish it, or set T_camera_lidar"
            ) from error
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = found.rotation, found.translation
        return matrix
