# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Encoded images (JPEG, PNG, ...) to RGB, refusing those that were cut off."""

from __future__ import annotations

import struct
from typing import Any

import cv2
import numpy as np

from attendseg_ros.playback.bad_image import BadImageError, Reason, check_size
from attendseg_ros.playback.channels import swap_red_and_blue
from attendseg_ros.playback.frames import Image

_JPEG_START = b"\xff\xd8"
_JPEG_END = b"\xff\xd9"
_JPEG_SCAN = 0xDA
# SOF0..SOF15 hold the size; C4, C8 and CC lie between them but are tables.
_JPEG_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND"


def decode_message(data: Any, message_format: str) -> Image:
    """Decodes the picture of a `sensor_msgs/CompressedImage`, from a topic or from a bag.

    Args:
        data: Any buffer of bytes.
        message_format: The message's own word on it.

    Returns:
        uint8 (H, W, 3) RGB, as it was sent: a mask must fit these pixels, so an EXIF tag does
        not turn them.

    Raises:
        BadImageError: Empty, cut off, too large, distances, or not a picture that OpenCV reads.
    """
    if "compressedDepth" in message_format:
        raise BadImageError(Reason.ENCODING, "compressedDepth holds distances, not colours")
    return decode_rgb(data, upright=False)


def decode_rgb(content: Any, *, upright: bool = True) -> Image:
    """Decodes an image file's content.

    Args:
        content: The whole file, any buffer of bytes. 16-bit images are scaled to 8 bits, grey
            ones become RGB, and an alpha channel is dropped.
        upright: Turns a photo the way its EXIF data say, as viewers do; False leaves the pixels
            where they are.

    Returns:
        uint8 (H, W, 3) RGB.

    Raises:
        BadImageError: Empty, cut off, too large, or not an image that OpenCV reads.
    """
    data = np.frombuffer(content, np.uint8)
    if data.size == 0:
        raise BadImageError(Reason.EMPTY, "the image holds no data")
    # OpenCV fills up what is missing of a cut-off picture with grey and calls it decoded, and
    # reserves memory for any size that a header claims: both are looked at before.
    picture = data.tobytes()
    if picture.startswith(_JPEG_START):
        _check_jpeg(picture)
    elif picture.startswith(_PNG_START):
        _check_png(picture)
    flags = cv2.IMREAD_COLOR if upright else cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        bgr = cv2.imdecode(data, flags)
    except cv2.error as error:
        raise BadImageError(Reason.UNDECODABLE, " ".join(str(error).split())) from error
    if bgr is None:
        raise BadImageError(
            Reason.UNDECODABLE, f"OpenCV reads no picture in these {data.size} bytes"
        )
    check_size(bgr.shape[1], bgr.shape[0])
    return swap_red_and_blue(np.asarray(bgr, np.uint8))


def _check_jpeg(picture: bytes) -> None:
    # A thumbnail in the EXIF data has an end marker of its own, so segments are walked (ITU-T
    # T.81, B.1.1.4) up to the scan.
    position = len(_JPEG_START)
    while position + 4 <= len(picture):
        if picture[position] != 0xFF:
            raise BadImageError(Reason.UNDECODABLE, f"no JPEG marker at byte {position}")
        marker = picture[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        (length,) = struct.unpack_from(">H", picture, position + 2)
        if marker in _JPEG_FRAMES and position + 9 <= len(picture):
            height, width = struct.unpack_from(">HH", picture, position + 5)
            check_size(width, height)
        position += 2 + length
        if marker == _JPEG_SCAN:
            # In the picture's data 0xFF is followed by zero, so this can only be the end.
            if picture.find(_JPEG_END, position) < 0:
                break
            return
    raise BadImageError(
        Reason.TRUNCATED, f"the JPEG of {len(picture)} bytes ends before its end marker"
    )


def _check_png(picture: bytes) -> None:
    if len(picture) >= 24:
        check_size(*struct.unpack_from(">II", picture, 16))
    if picture.rfind(_PNG_END) < 0:
        raise BadImageError(Reason.TRUNCATED, f"the PNG of {len(picture)} bytes has no end chunk")
