# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""camera_info of an image, made that of its mask where that has another size."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
from sensor_msgs.msg import CameraInfo, RegionOfInterest

from attendseg_ros.ros.camera.intrinsics import Window, window_of
from attendseg_ros.ros.depth.depth_errors import DepthError, DepthFault

Size = tuple[int, int]

# Rows and columns of K and P that are in pixels: the first along a row, the second along a column.
_SHAPES = {"k": (3, 3), "p": (3, 4)}


def scaled(info: CameraInfo, image: Size, mask: Size) -> CameraInfo:
    """Describes an image that was scaled to another size.

    The new message describes the mask as it is published: its width and height are the mask's, and
    binning and region of interest are taken into K and P, so that none are left. K and P are scaled
    as image_proc's resize node and image_geometry do. D, R and the distortion model are of rays and
    stay.

    Args:
        info: the camera's.
        image: width and height of the camera's image.
        mask: width and height of the mask of all of it.

    Raises:
        DepthError: the camera_info is not of an image of this size.
    """
    window = _checked_window(info, image)
    corner, binning = (window.x_offset, window.y_offset), (window.binning_x, window.binning_y)
    result = copy.copy(info)
    result.width, result.height = mask
    result.binning_x = result.binning_y = 0
    result.roi = RegionOfInterest(do_rectify=info.roi.do_rectify)
    factors = [new / old / of_one for new, old, of_one in zip(mask, image, binning, strict=True)]
    for name, shape in _SHAPES.items():
        matrix = np.array(getattr(info, name), np.float64).reshape(shape)
        setattr(result, name, _moved(matrix, corner, factors).ravel().tolist())
    return result


def _checked_window(info: CameraInfo, image: Size) -> Window:
    """The part of the full image that the camera reads out.

    Raises:
        DepthError: that is no image of this size.
    """
    window = window_of(info)
    if not window.fits(*image):
        raise DepthError(
            DepthFault.CAMERA_INFO_SIZE,
            f"it is of {window}, the image is of {image[0]}x{image[1]}",
        )
    return window


def _moved(
    matrix: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    corner: Sequence[int],
    factors: Sequence[float],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """K or P of the full sensor as that of a part of it that begins at a corner, scaled."""
    if not matrix.any():
        # Not calibrated, and nothing that could be moved.
        return matrix
    matrix[:2, 2] -= corner
    matrix[:2] *= np.reshape(factors, (2, 1))
    return matrix


class ScaledCameraInfo:
    """Scales a camera_info once, however many images it is of."""

    def __init__(self) -> None:
        self._key: tuple[CameraInfo | None, Size, Size] | None = None
        self._result: CameraInfo | None = None

    def of(self, info: CameraInfo | None, image: Size, mask: Size) -> CameraInfo | None:
        """The camera_info of a mask: the camera's own where the mask has the image's size.

        Raises:
            DepthError: as `scaled` does.
        """
        if info is None:
            return None
        key = (info, image, mask)
        # By identity: comparing two messages field by field takes longer than scaling one.
        if self._key is None or self._key[0] is not info or self._key[1:] != key[1:]:
            if image == mask:
                _checked_window(info, image)
            self._result = info if image == mask else scaled(info, image, mask)
            self._key = key
        return self._result
