# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`sensor_msgs/CompressedImage` to an RGB array.

`image_transport_py` is not released for Humble and Jazzy, so the node decodes by itself.
"""

from __future__ import annotations

from sensor_msgs.msg import CompressedImage

from attendseg_ros.playback.encoded import decode_message
from attendseg_ros.playback.raw_image import RgbImage


def to_rgb(message: CompressedImage) -> RgbImage:
    """Decodes the message's JPEG, PNG or other picture that OpenCV reads.

    Returns:
        uint8 (height, width, 3).

    Raises:
        BadImageError: it is empty, cut off, too large or no picture.
    """
    return decode_message(message.data, message.format)
