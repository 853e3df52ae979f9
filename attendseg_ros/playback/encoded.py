# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Encoded image files (JPEG, PNG, ...) to RGB, refusing those that were cut off."""

from __future__ import annotations

import cv2
import numpy as np

from attendseg_ros.errors import DataError
from attendseg_ros.playback.channels import swap_red_and_blue
from attendseg_ros.playback.frames import Image

JPEG_START = b"\xff\xd8"
JPEG_START_OF_SCAN = 0xDA
JPEG_END = b"\xff\xd9"
PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_END = b"IEND\xaeB`\x82"


def decode_rgb(content: bytes, *, upright: bool = True) -> Image:
    """Decodes an image file's content.

    Args:
        content: The whole file. 16-bit images are scaled to 8 bits, grey ones become RGB, and
            an alpha channel is dropped.
        upright: Turns a photo the way its EXIF data say, as viewers do; False leaves the pixels
            where they are.

    Returns:
        uint8 (H, W, 3) RGB.

    Raises:
        DataError: Empty, cut off, or not an image that OpenCV reads.
    """
    if not content:
        raise DataError("the image is empty (0 bytes)")
    if is_truncated(content):
        raise DataError(f"the image is cut off after {len(content)} bytes")
    flags = cv2.IMREAD_COLOR if upright else cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        bgr = cv2.imdecode(np.frombuffer(content, np.uint8), flags)
    except cv2.error as error:
        raise DataError(f"the image cannot be decoded ({error.err})") from error
    if bgr is None:
        raise DataError(f"not a readable image ({len(content)} bytes)")
    return swap_red_and_blue(np.asarray(bgr, np.uint8))


def is_truncated(content: bytes) -> bool:
    """Whether a JPEG or PNG lacks its end.

    OpenCV 4 fills the missing part of a JPEG with grey and only prints a warning, and a network
    would happily label the grey.
    """
    if content.startswith(PNG_START):
        return PNG_END not in content
    if not content.startswith(JPEG_START):
        return False
    # A thumbnail in the EXIF data has an end marker of its own, so segments are walked (ITU-T
    # T.81, B.1.1.4) up to the scan. Within the scan 0xFF is stuffed: an end marker is the end.
    position = 2
    while position + 4 <= len(content) and content[position] == 0xFF:
        if content[position + 1] == JPEG_START_OF_SCAN:
            return content.find(JPEG_END, position) < 0
        position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")
    return True
