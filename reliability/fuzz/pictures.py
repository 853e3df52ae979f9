# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pictures as they come from outside: files, CompressedImage and Image messages."""

from __future__ import annotations

import struct
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np

from attendseg_ros.images import encoded, raw_image
from attendseg_ros.images.encodings import ENCODINGS, Kind, find_encoding

_FORMATS = (
    "",
    "jpeg",
    "png",
    "rgb8; jpeg compressed bgr8",
    "bgr8; png compressed bgr8",
    "mono8; jpeg compressed",
    "mono16; png compressed",
    "16UC1; png compressed",
    "16UC1; compressedDepth png",
    "bayer_rggb8; jpeg compressed bgr8",
    "bayer_gbrg16; png compressed",
    "rgb8; tiff compressed",
    "h264",
    "webp",
)
_HEADER = struct.Struct("<BBHHI")
"""Of a raw message here: encoding, big-endian or not, width, height, step; then the pixels."""


def _gradient(width: int = 24, height: int = 16) -> Any:
    rows, columns = np.mgrid[0:height, 0:width]
    planes = (rows * 16 % 256, columns * 10 % 256, (rows + columns) * 6 % 256)
    return np.stack(planes, axis=2).astype(np.uint8)


def encoded_pictures() -> list[bytes]:
    """Small files of every format that OpenCV writes here."""
    found = []
    for suffix in (".jpg", ".png", ".bmp", ".tiff", ".webp", ".ppm", ".pgm", ".jp2"):
        try:
            done, data = cv2.imencode(suffix, _gradient())
        except cv2.error:
            continue
        if done:
            found.append(data.tobytes())
    for flag, value in ((cv2.IMWRITE_JPEG_PROGRESSIVE, 1), (cv2.IMWRITE_JPEG_RST_INTERVAL, 1)):
        found.append(cv2.imencode(".jpg", _gradient(), [flag, value])[1].tobytes())
    sixteen = cv2.imencode(".png", _gradient()[..., 0].astype(np.uint16) * 257)[1].tobytes()
    return [*found, sixteen]


def enter_picture(data: bytes, _folder: Path) -> None:
    """Decodes a file's content."""
    _check_picture(encoded.decode_rgb(data))


def compressed_messages() -> list[bytes]:
    """A byte for the format's text, then the picture."""
    return [
        bytes([number]) + picture
        for number in range(len(_FORMATS))
        for picture in encoded_pictures()[:2]
    ]


def enter_compressed_message(data: bytes, _folder: Path) -> None:
    """Decodes a `sensor_msgs/CompressedImage`."""
    text = _FORMATS[data[0] % len(_FORMATS)] if data else ""
    _check_picture(encoded.decode_message(data[1:], text))


def raw_messages() -> list[bytes]:
    """A message of every encoding, sixteen by eight pixels."""
    width, height, widest = 16, 8, 16
    return [
        _HEADER.pack(number, 0, width, height, width * widest) + bytes(width * widest * height)
        for number in range(len(ENCODINGS))
    ]


def enter_raw_message(data: bytes, _folder: Path) -> None:
    """Converts a `sensor_msgs/Image`."""
    number, big, width, height, step = _HEADER.unpack(data[: _HEADER.size].ljust(_HEADER.size))
    message = SimpleNamespace(
        encoding=ENCODINGS[number % len(ENCODINGS)],
        is_bigendian=big,
        width=width,
        height=height,
        step=step,
        data=np.frombuffer(data[_HEADER.size :], np.uint8),
    )
    rgb = raw_image.to_rgb(message)
    _check_picture(rgb)
    encoding = find_encoding(message.encoding)
    assert encoding is not None
    # A picture within an Image has its own size in its header.
    if encoding.kind is not Kind.PICTURE:
        assert rgb.shape[:2] == (height, width), f"{rgb.shape} of a message of {width}x{height}"


def _check_picture(rgb: Any) -> None:
    assert isinstance(rgb, np.ndarray), type(rgb)
    assert rgb.dtype == np.uint8, rgb.dtype
    assert rgb.ndim == 3, rgb.shape
    assert rgb.shape[2] == 3, rgb.shape
    assert rgb.size > 0, rgb.shape
