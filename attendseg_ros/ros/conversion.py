# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An image message of either type to an RGB array.

`image_transport_py` is not released for Humble and Jazzy, and cv_bridge knows neither all encodings
that cameras send nor, in Humble, NumPy 2: the node decodes by itself, as bags are decoded.
"""

from __future__ import annotations

from typing import TypeAlias

from sensor_msgs.msg import CompressedImage, Image

from attendseg_ros.playback import raw_image
from attendseg_ros.playback.encoded import decode_message
from attendseg_ros.playback.raw_image import RgbImage
from attendseg_ros.playback.sample_bits import SampleBits

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
    if isinstance(message, CompressedImage):
        return decode_message(message.data, message.format, bits, max_pixels)
    return raw_image.to_rgb(message, bits, max_pixels)
