# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What `T_camera_lidar` may be: one transform for each camera, or none at all."""

from __future__ import annotations

from attendseg_ros.geometry.rigid import rigid
from attendseg_ros.ros.parameters.parameter_values import ParameterError
from attendseg_ros.ros.parameters.settings import Settings


def check_lidar(settings: Settings) -> None:
    """Refuses what is no transform.

    Raises:
        ParameterError: says what is wrong, and what would be right.
    """
    given, cameras = settings.T_camera_lidar, len(settings.camera_names)
    if given in ((), (0.0,)):
        return
    if len(given) != 16 * cameras:
        of_each = "" if cameras == 1 else f" for each of the {cameras} cameras, in their order"
        raise ParameterError(
            f"T_camera_lidar must be 16 numbers, the rows of a 4x4 matrix{of_each}, or [] for TF, "
            f"got {len(given)}",
            "T_camera_lidar",
        )
    for pose in settings.lidar_poses:
        try:
            rigid(pose)
        except ValueError as error:
            raise ParameterError(
                f"T_camera_lidar takes points of the lidar to the camera's optical frame: {error}",
                "T_camera_lidar",
            ) from error
