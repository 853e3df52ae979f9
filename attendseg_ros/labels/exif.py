# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How a picture is to be turned, as its EXIF data say (JEITA CP-3451, tag 0x0112)."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

TIFF_STARTS = {b"II*\0": "<", b"MM\0*": ">"}
"""First bytes of TIFF files and EXIF data, with the order of bytes that they announce."""

_ORIENTATION = 0x0112
_JPEG_SCAN = 0xDA
_EXIF = b"Exif\0\0"


def picture_orientation(content: bytes) -> int:
    """The orientation of a JPEG, PNG, WebP or TIFF file: 1 to 8, 1 where it names none."""
    if content.startswith(b"\xff\xd8"):
        return exif_orientation(_of_jpeg(content))
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return exif_orientation(_of_chunks(content, 8, b"eXIf", ">I4s", 4))
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return exif_orientation(_of_chunks(content, 12, b"EXIF", "<4sI", 0))
    return exif_orientation(content)


def exif_orientation(exif: bytes) -> int:
    """The orientation in EXIF data, which are a small TIFF file: 1 to 8, 1 where there is none."""
    exif = exif.removeprefix(_EXIF)
    order = TIFF_STARTS.get(exif[:4])
    if order is None:
        return 1
    try:
        (position,) = struct.unpack_from(order + "I", exif, 4)
        (count,) = struct.unpack_from(order + "H", exif, position)
        for number in range(count):
            tag, _, _, value = struct.unpack_from(order + "HHIH", exif, position + 2 + 12 * number)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        # Cut-off data say nothing; the picture itself may be whole.
        return 1
    return 1


def turned(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """The pixels, uint8 (H, W, ...), as a viewer shows them: a view of them."""
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels


def _of_jpeg(content: bytes) -> bytes:
    position = 2
    while position + 4 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker == _JPEG_SCAN:
            break
        (length,) = struct.unpack_from(">H", content, position + 2)
        segment = content[position + 4 : position + 2 + length]
        if marker == 0xE1 and segment.startswith(_EXIF):
            return segment
        position += 2 + length
    return b""


def _of_chunks(content: bytes, position: int, wanted: bytes, form: str, checksum: int) -> bytes:
    while position + 8 <= len(content):
        fields = struct.unpack_from(form, content, position)
        name, length = fields if isinstance(fields[0], bytes) else fields[::-1]
        if name == wanted:
            return content[position + 8 : position + 8 + length]
        # Chunks of a RIFF file fill up to even lengths.
        position += 8 + length + (checksum or length % 2)
    return b""
