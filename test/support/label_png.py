# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""PNGs that OpenCV does not write: few bits, palettes, grey with alpha, EXIF data."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(
    samples: NDArray[np.integer],
    color_type: int,
    bits: int = 8,
    palette: list[tuple[int, int, int]] | None = None,
    orientation: int | None = None,
    unseen: bytes = b"",
) -> bytes:
    """A PNG of samples, (H, W) or (H, W, channels), in the bit depth and colour type given.

    `unseen` is what tells which of its values are transparent.
    """
    height, width = samples.shape[:2]
    rows = samples.reshape(height, -1)
    if bits == 16:
        packed = [row.astype(">u2").tobytes() for row in rows]
    elif bits == 8:
        packed = [row.astype(np.uint8).tobytes() for row in rows]
    else:
        high_first = np.arange(bits)[::-1]
        packed = [
            np.packbits((row[:, None].astype(int) >> high_first & 1).ravel()).tobytes()
            for row in rows
        ]
    content = b"\x89PNG\r\n\x1a\n"
    content += chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, color_type, 0, 0, 0))
    if palette is not None:
        content += chunk(b"PLTE", bytes(value for color in palette for value in color))
    if unseen:
        content += chunk(b"tRNS", unseen)
    if orientation is not None:
        content += chunk(b"eXIf", exif(orientation))
    content += chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in packed)))
    return content + chunk(b"IEND", b"")


def exif(orientation: int, order: str = ">") -> bytes:
    """EXIF data that hold nothing but how the picture is to be turned."""
    start = b"MM\0*" if order == ">" else b"II*\0"
    return start + struct.pack(order + "IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def with_exif(jpeg: bytes, orientation: int) -> bytes:
    """A JPEG with EXIF data put in."""
    segment = b"Exif\0\0" + exif(orientation, "<")
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + jpeg[2:]
