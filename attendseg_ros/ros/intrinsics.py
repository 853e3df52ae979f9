# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`sensor_msgs/CameraInfo` to the pinhole camera of a rectified image."""

from __future__ import annotations

from math import isfinite

from sensor_msgs.msg import CameraInfo

from attendseg_ros.geometry import Intrinsics
from attendseg_ros.ros.no_points import NoPoints, NoPointsError

# Where fx, cx, fy and cy lie in the row-major 3x3 K and 3x4 P.
_IN_K = (0, 2, 4, 5)
_IN_P = (0, 2, 5, 6)


def to_intrinsics(info: CameraInfo, width: int, height: int) -> Intrinsics:
    """Reads the camera from P, the matrix of the rectified image, or from K where P is not set.

    Args:
        info: The camera's calibration.
        width: Of the images, pixels.
        height: Of the images, pixels.

    Raises:
        NoPointsError: There are no intrinsics in it, or they are of another size.
    """
    camera = _projection(info)
    if camera is None:
        raise NoPointsError(
            NoPoints.NO_INTRINSICS,
            f"fx and fy are {info.p[0]:g} and {info.p[5]:g} in P, {info.k[0]:g} and {info.k[4]:g} "
            "in K; they must be above 0: is the camera calibrated?",
        )
    if (info.width, info.height) != (width, height):
        raise NoPointsError(
            NoPoints.CAMERA_INFO_SIZE,
            f"camera_info of {info.width}x{info.height} for an image of {width}x{height}; "
            "it must describe the image as it is published",
        )
    fx, cx, fy, cy = camera
    return Intrinsics(fx=fx, fy=fy, cx=cx, cy=cy, width=width, height=height)


def is_distorted(info: CameraInfo) -> bool:
    """Whether the lens distorts and no rectified image is described: P is missing, or is K."""
    if not any(info.d):
        return False
    camera = [info.k[index] for index in _IN_K]
    rectified = [info.p[index] for index in _IN_P]
    return not any(rectified) or rectified == camera


def _projection(info: CameraInfo) -> tuple[float, float, float, float] | None:
    for matrix, places in ((info.p, _IN_P), (info.k, _IN_K)):
        fx, cx, fy, cy = (float(matrix[index]) for index in places)
        if all(map(isfinite, (fx, cx, fy, cy))) and fx > 0.0 and fy > 0.0:
            return fx, cx, fy, cy
    return None
