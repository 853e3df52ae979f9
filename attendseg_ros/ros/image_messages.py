# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""NumPy arrays to `sensor_msgs/Image`."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image
from std_msgs.msg import Header


def to_image(pixels: NDArray[np.uint8], encoding: str, header: Header) -> Image:
    """Packs an 8-bit image into a message with rows that are not padded.

    Args:
        pixels: uint8 (H, W) or (H, W, C).
        encoding: the ROS name of what the channels are: "mono8", "rgb8", ...
        header: goes into the message unchanged.

    Returns:
        The message; it holds a copy of the pixels.
    """
    packed = np.ascontiguousarray(pixels)
    # An array.array is taken over as it is (0.1 ms at 1280x720 rgb8); bytes and NumPy arrays are
    # checked value by value (125 ms).
    data = array("B")
    data.frombytes(packed.data)
    height, width = packed.shape[:2]
    return Image(
        header=header,
        height=height,
        width=width,
        encoding=encoding,
        is_bigendian=0,
        step=packed.nbytes // height,
        data=data,
    )
