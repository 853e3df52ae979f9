# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`sensor_msgs/Image` to an RGB array, with cv_bridge where it is installed."""

from __future__ import annotations

from functools import lru_cache

from sensor_msgs.msg import Image

from attendseg_ros.playback import raw_image
from attendseg_ros.playback.raw_image import Converter, RgbImage, rosbags_converter


def to_rgb(message: Image) -> RgbImage:
    """Gives the message's image in RGB: see `raw_image.to_rgb`."""
    return raw_image.to_rgb(message, color_converter)


@lru_cache(maxsize=1)
def color_converter() -> tuple[str, Converter | None]:
    """The library for 16-bit, bayer and YUV images: its name and its function.

    Returns:
        (name, function), or (why neither imports, None).
    """
    # What was built for another NumPy may raise anything while it is imported.
    try:
        from cv_bridge import CvBridge

        return "cv_bridge", CvBridge().imgmsg_to_cv2
    except Exception as error:
        name, converter = rosbags_converter()
        return (name, converter) if converter else (f"cv_bridge: {error}; {name}", None)
