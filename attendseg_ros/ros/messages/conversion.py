# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An image message of either type to an RGB array.

The node decodes by itself, as bags are decoded: `image_transport_py` is not released for Humble and
Jazzy, and cv_bridge does not know all encodings that cameras send. An encoding that is not in our
table goes to cv_bridge where that is installed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from sensor_msgs.msg import CompressedImage, Image

from attendseg_ros.errors import one_line
from attendseg_ros.images import raw_image
from attendseg_ros.images.bad_image import BadImageError, Reason, check_size
from attendseg_ros.images.channels import RgbImage
from attendseg_ros.images.encoded import decode_message
from attendseg_ros.images.encodings import ENCODINGS, find_encoding
from attendseg_ros.images.sample_bits import SampleBits
from attendseg_ros.shortening import shortened

ImageMessage: TypeAlias = Image | CompressedImage


def to_rgb(message: ImageMessage, bits: SampleBits, max_pixels: int) -> RgbImage:
    """Gives the message's image in RGB.

    Args:
        message: an Image (see `raw_image.to_rgb`) or a CompressedImage (see `decode_message`).
        bits: what is known of the camera's samples of 16 bits.
        max_pixels: most pixels of an image.

    Returns:
        uint8 (height, width, 3), of any strides.

    Raises:
        BadImageError: nothing can be made of it; the message says why.
    """
    bits.wide = False
    if isinstance(message, CompressedImage):
        return decode_message(message.data, message.format, bits, max_pixels)
    if find_encoding(message.encoding) is None:
        return _by_cv_bridge(message, max_pixels)
    return raw_image.to_rgb(message, bits, max_pixels)


@lru_cache(maxsize=1)
def cv_bridge_converter() -> tuple[Callable[[Image, str], Any] | None, str]:
    """Gives cv_bridge's function, or None and why it cannot be had."""
    # What was built for another NumPy may raise anything while it is imported.
    try:
        from cv_bridge import CvBridge

        return CvBridge().imgmsg_to_cv2, ""
    except Exception as error:
        return None, f"cv_bridge is not available: {error}"


def _by_cv_bridge(message: Image, max_pixels: int) -> RgbImage:
    check_size(message.width, message.height, max_pixels)
    convert, why = cv_bridge_converter()
    if convert is not None:
        # cv_bridge raises its own errors, OpenCV's and NumPy's.
        try:
            rgb = np.asarray(convert(message, "rgb8"))
        except Exception as error:
            why = f"cv_bridge: {one_line(error)}"
        else:
            if rgb.dtype == np.uint8 and rgb.shape == (message.height, message.width, 3):
                return rgb
            why = f"cv_bridge gives {rgb.dtype} {rgb.shape} in place of an RGB image"
    raise BadImageError(
        Reason.ENCODING, f"{shortened(message.encoding)} is none of {', '.join(ENCODINGS)}; {why}"
    )
