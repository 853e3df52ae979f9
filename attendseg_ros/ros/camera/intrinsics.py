# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`sensor_msgs/CameraInfo` to the camera of an image: its matrix and its lens."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan, degrees, isfinite

from sensor_msgs.msg import CameraInfo

from attendseg_ros.geometry import Intrinsics, Lens, LensError
from attendseg_ros.geometry.lens_models import numbers
from attendseg_ros.ros.depth.depth_errors import DepthError, DepthFault

# Where fx, cx, fy and cy lie in the row-major 3x3 K and 3x4 P.
_IN_K = (0, 2, 4, 5)
_IN_P = (0, 2, 5, 6)

_FARTHEST_ASIDE = 20.0
"""Of any pixel, in focal lengths: 87 degrees for a pinhole, three turns for a fisheye."""

_LONGEST = 1e7
"""Focal length in pixels, of which each then sees a fiftieth of a second of arc."""


def to_intrinsics(info: CameraInfo, width: int, height: int, rectified: bool = False) -> Intrinsics:
    """Reads the camera matrix: P for a rectified image, K for a raw one.

    Binning and region of interest count as in image_geometry: K and P are of the full image.
    Distortion is the lens's: see `to_lens`.

    Args:
        info: the camera's calibration.
        width: of the images, pixels.
        height: of the images, pixels.
        rectified: whether the image is rectified.

    Raises:
        DepthError: there are no intrinsics in it, they are of another size, or they contradict
            themselves.
    """
    fx, cx, fy, cy = _projection(info, rectified)
    window = window_of(info)
    if rectified and window.is_part:
        # Whether P or the region was moved is told nowhere (see do_rectify).
        raise DepthError(
            DepthFault.CAMERA_INFO_SIZE,
            f"a region of interest, {window}, of a rectified image; it must be the full image",
        )
    if not window.fits(width, height):
        raise DepthError(
            DepthFault.CAMERA_INFO_SIZE,
            f"camera_info of {window} for an image of {width}x{height}; "
            "it must describe the image as it is published",
        )
    camera = Intrinsics(
        fx=fx / window.binning_x,
        fy=fy / window.binning_y,
        cx=(cx - window.x_offset) / window.binning_x,
        cy=(cy - window.y_offset) / window.binning_y,
        width=width,
        height=height,
    )
    _check_axis(camera, "P" if rectified else "K")
    return camera


def to_lens(info: CameraInfo, width: int, height: int, rectified: bool = False) -> Lens:
    """Reads the camera as it is: K and D for a raw image, P alone for a rectified one.

    Args:
        info: the camera's calibration.
        width: of the images, pixels.
        height: of the images, pixels.
        rectified: whether the image is rectified.

    Raises:
        DepthError: there are no intrinsics in it, they are of another size, they contradict
            themselves, or the lens is of an unknown model or has no numbers.
    """
    camera = to_intrinsics(info, width, height, rectified)
    coefficients = tuple(float(coefficient) for coefficient in info.d)
    if rectified:
        if not all(map(isfinite, coefficients)):
            raise DepthError(DepthFault.LENS, f"D is {numbers(coefficients)}: is it calibrated?")
        return Lens(camera)
    try:
        return Lens(camera, info.distortion_model, coefficients)
    except LensError as error:
        raise DepthError(DepthFault.LENS, str(error)) from error


def _projection(info: CameraInfo, rectified: bool) -> tuple[float, float, float, float]:
    matrix, places, name = info.k, _IN_K, "K"
    if rectified:
        if any(info.p):
            matrix, places, name = info.p, _IN_P, "P"
        elif any(info.d):
            raise DepthError(
                DepthFault.NO_INTRINSICS,
                "P is not set, but the image is rectified and D is not 0: K is of the raw image",
            )
    fx, cx, fy, cy = (float(matrix[index]) for index in places)
    if not all(map(isfinite, (fx, cx, fy, cy))) or fx <= 0.0 or fy <= 0.0:
        raise DepthError(
            DepthFault.NO_INTRINSICS,
            f"fx and fy are {fx:g} and {fy:g} in {name}, cx and cy {cx:g} and {cy:g}; "
            "they must be numbers, and fx and fy above 0: is the camera calibrated?",
        )
    if cx == 0.0 and cy == 0.0:
        raise DepthError(
            DepthFault.NO_INTRINSICS,
            f"cx and cy are 0 in {name}: the principal point is not set",
        )
    return fx, cx, fy, cy


def _check_axis(camera: Intrinsics, name: str) -> None:
    """Refuses numbers that no camera has: what they make of a pixel would be metres all the same.

    A part that was cut out of an image may lie beside the axis, but not behind the lens.
    """
    aside = max(
        max(abs(camera.cx), abs(camera.width - 1 - camera.cx)) / camera.fx,
        max(abs(camera.cy), abs(camera.height - 1 - camera.cy)) / camera.fy,
    )
    said = f"by fx {camera.fx:g}, fy {camera.fy:g}, cx {camera.cx:g} and cy {camera.cy:g} of {name}"
    if aside > _FARTHEST_ASIDE:
        raise DepthError(
            DepthFault.NO_INTRINSICS,
            f"{said} a corner of the image lies {degrees(atan(aside)):.4g} degrees beside the "
            "camera's axis: are they in pixels of this image?",
        )
    if max(camera.fx, camera.fy) > _LONGEST:
        raise DepthError(
            DepthFault.NO_INTRINSICS,
            f"{said} all pixels look in one direction: are they in pixels of this image?",
        )


@dataclass(frozen=True)
class Window:
    """The part of the full image that is read out, in its pixels, and how many make one."""

    x_offset: int
    y_offset: int
    width: int
    height: int
    binning_x: int
    binning_y: int
    is_part: bool

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the image that is read out, in its own pixels."""
        return self.width // self.binning_x, self.height // self.binning_y

    def fits(self, width: int, height: int) -> bool:
        """Whether an image has this size; what does not fill a pixel may be there or not."""
        return all(
            size > 0 and abs(full - binning * size) < binning
            for full, binning, size in (
                (self.width, self.binning_x, width),
                (self.height, self.binning_y, height),
            )
        )

    def __str__(self) -> str:
        binned = f" binned {self.binning_x}x{self.binning_y}"
        place = f" at ({self.x_offset}, {self.y_offset})"
        return (
            f"{self.width}x{self.height}"
            + (place if self.x_offset or self.y_offset else "")
            + (binned if (self.binning_x, self.binning_y) != (1, 1) else "")
        )


def window_of(info: CameraInfo) -> Window:
    """Reads which part of the full image the camera reads out, and how many pixels make one.

    Raises:
        DepthError: the part is not inside the full image.
    """
    # 0 and 1 both mean no binning, and a region of zeros means the full image.
    binning = max(1, info.binning_x), max(1, info.binning_y)
    roi, full = info.roi, (0, 0, info.width, info.height)
    region = (roi.x_offset, roi.y_offset, roi.width, roi.height)
    if not any(region) or region == full:
        return Window(*full, *binning, is_part=False)
    window = Window(*region, *binning, is_part=True)
    if roi.x_offset + roi.width > info.width or roi.y_offset + roi.height > info.height:
        raise DepthError(
            DepthFault.CAMERA_INFO_SIZE,
            f"its region of interest, {window}, is not inside its {info.width}x{info.height}; "
            "width and height must be those of the full image",
        )
    return window
