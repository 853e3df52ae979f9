# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Between OpenCV's order of channels and everybody else's."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

RgbImage = NDArray[np.uint8]
"""uint8 (H, W, 3): red, green, blue."""


def swap_red_and_blue(pixels: RgbImage) -> RgbImage:
    """Turns RGB into BGR, and back.

    Args:
        pixels: uint8 (H, W, 3).

    Returns:
        A new uint8 (H, W, 3), C-contiguous.
    """
    if pixels.shape[:2] == (1, 1):
        # OpenCV 4.5.4 (Ubuntu 22.04) takes an array (1, 1, 3) for something else and fails.
        return np.ascontiguousarray(pixels[..., ::-1])
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), np.uint8)
