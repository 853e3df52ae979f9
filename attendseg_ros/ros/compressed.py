# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`sensor_msgs/CompressedImage` to an RGB array.

`image_transport_py` is not released for Humble and Jazzy, so the node decodes by itself.
"""

from __future__ import annotations

import struct

import cv2
import numpy as np
from sensor_msgs.msg import CompressedImage

from attendseg_ros.ros.bad_image import BadImageError, Reason, check_size
from attendseg_ros.ros.conversion import RgbImage

_JPEG_START = b"\xff\xd8"
_JPEG_END = b"\xff\xd9"
_JPEG_SCAN = 0xDA
# SOF0..SOF15 hold the size; C4, C8 and CC lie between them but are tables.
_JPEG_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND"
# The mask must fit the pixels as they were sent, not as an EXIF tag would turn them.
_DECODE = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION


def to_rgb(message: CompressedImage) -> RgbImage:
    """Decodes the message's JPEG, PNG or other picture that OpenCV reads.

    Returns:
        uint8 (height, width, 3).

    Raises:
        BadImageError: it is empty, cut off, too large or no picture.
    """
    if "compressedDepth" in message.format:
        raise BadImageError(Reason.ENCODING, "compressedDepth holds distances, not colours")
    data = np.frombuffer(message.data, np.uint8)
    if data.size == 0:
        raise BadImageError(Reason.EMPTY, "the message holds no data")
    # OpenCV fills up what is missing of a cut-off picture with grey and calls it decoded, and
    # reserves memory for any size that a header claims: both are looked at before.
    picture = data.tobytes()
    if picture.startswith(_JPEG_START):
        _check_jpeg(picture)
    elif picture.startswith(_PNG_START):
        _check_png(picture)
    try:
        bgr = cv2.imdecode(data, _DECODE)
    except cv2.error as error:
        raise BadImageError(Reason.UNDECODABLE, " ".join(str(error).split())) from error
    if bgr is None:
        raise BadImageError(
            Reason.UNDECODABLE, f"OpenCV reads no picture in these {data.size} bytes"
        )
    check_size(bgr.shape[1], bgr.shape[0])
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


def _check_jpeg(picture: bytes) -> None:
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
