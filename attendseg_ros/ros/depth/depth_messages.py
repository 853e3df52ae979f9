# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`sensor_msgs/Image` to depth in metres."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image

from attendseg_ros.geometry import millimetres_to_depth, to_depth
from attendseg_ros.images.bad_image import BadImageError
from attendseg_ros.images.encodings import find_encoding
from attendseg_ros.images.raw_image import view
from attendseg_ros.ros.depth.depth_errors import DepthError, DepthFault
from attendseg_ros.shortening import shortened

_CONVERTERS = {
    "32FC1": to_depth,
    "16UC1": millimetres_to_depth,
    # What some drivers call 16UC1.
    "mono16": millimetres_to_depth,
}


SAME_SHAPE = 0.02
"""By how much the shapes of two views may differ: 848x480 is what some cameras have of 16:9."""


def check_view(message: Image, image: tuple[int, int]) -> None:
    """Refuses depth that cannot show what an image shows.

    A mask may have the size of the depth (`output_size`), and be of an image of another shape: such
    depth is not aligned, and its pixels are other places.

    Args:
        message: the depth.
        image: width and height of the camera's image.

    Raises:
        DepthError: its shape is another than the image's.
    """
    width, height = image
    across, down = message.width * height, message.height * width
    if abs(across - down) > SAME_SHAPE * max(across, down):
        raise DepthError(
            DepthFault.SIZE,
            f"depth of {message.width}x{message.height} for an image of {width}x{height}, another "
            "shape: it does not show what the image shows; it must be aligned to the image, pixel "
            "by pixel",
        )


ALL = (slice(None), slice(None))
"""All rows and columns of an image."""


def to_metres(
    message: Image, width: int, height: int, part: tuple[slice, slice] = ALL
) -> NDArray[np.float32]:
    """Gives the depth of a message in metres.

    Args:
        message: 32FC1 in metres, or 16UC1 or mono16 in millimetres (REP 118), of either byte order.
        width: of the mask whose pixels the depth is of.
        height: of that mask.
        part: the rows and columns that are taken.

    Returns:
        A new float32 (height, width), or that part of it: along the optical axis, NaN where nothing
        was measured.

    Raises:
        DepthError: the encoding or the size is wrong, or the message contradicts itself.
    """
    encoding = find_encoding(message.encoding)
    convert = None if encoding is None else _CONVERTERS.get(encoding.name)
    if convert is None:
        raise DepthError(
            DepthFault.ENCODING,
            f"{shortened(message.encoding)} is neither 32FC1 (metres) nor 16UC1 or mono16 "
            "(millimetres)",
        )
    if (message.width, message.height) != (width, height):
        raise DepthError(
            DepthFault.SIZE,
            f"depth of {message.width}x{message.height} for a mask of {width}x{height}; "
            "it must be aligned to the image, pixel by pixel, or output_size be that of depth",
        )
    try:
        pixels = view(message)
    except BadImageError as error:
        raise DepthError(DepthFault.MALFORMED, str(error)) from error
    return convert(pixels[part][..., 0])
