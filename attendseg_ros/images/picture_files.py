# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The headers of pictures: their size before memory is taken for it, and whether all is there.

OpenCV reserves memory for whatever a header claims, and much of what is cut off counts as decoded.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator

from attendseg_ros.files import pointer_in
from attendseg_ros.images.bad_image import BadImageError, Reason, check_length, check_size
from attendseg_ros.images.bmp import check_bmp
from attendseg_ros.images.iso_pictures import check_avif, check_jpeg_2000
from attendseg_ros.images.pnm import check_pnm
from attendseg_ros.images.tiff import check_tiff


def check_picture(data: bytes, max_pixels: int) -> None:
    """Refuses a picture, of another kind than JPEG, that is too large or not all there.

    Raises:
        BadImageError: its size is out of bounds, a part is missing, or it is of no known kind.
    """
    for begins, check in _CHECKS:
        if begins.match(data):
            try:
                check(data, max_pixels)
            except (struct.error, IndexError, OverflowError, ValueError) as error:
                # Headers count in up to 64 bits: some offsets are beyond what Python can index.
                raise BadImageError(
                    Reason.TRUNCATED,
                    f"the picture of {len(data)} bytes ends in its header, or before where that "
                    "points",
                ) from error
            return
    if pointer := pointer_in(data):
        raise BadImageError(Reason.UNDECODABLE, f"it is {pointer}")
    raise BadImageError(
        Reason.UNDECODABLE,
        f"these {len(data)} bytes are no picture of a kind that is read: JPEG, PNG, TIFF, WebP, "
        "BMP, GIF, JPEG 2000, AVIF or PNM",
    )


def _check_png(data: bytes, max_pixels: int) -> None:
    width, height = struct.unpack_from(">II", data, 16)
    check_size(width, height, max_pixels)
    position = 8
    while position + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, position)
        kind, end = data[position + 4 : position + 8], position + 12 + length
        if end > len(data):
            break
        if kind == b"IDAT":
            (wanted,) = struct.unpack_from(">I", data, end - 4)
            if zlib.crc32(memoryview(data)[position + 4 : end - 4]) != wanted:
                raise BadImageError(
                    Reason.TRUNCATED, f"the PNG is damaged: wrong checksum before byte {end}"
                )
        elif kind == b"IEND":
            return
        position = end
    raise BadImageError(Reason.TRUNCATED, f"the PNG of {len(data)} bytes has no end chunk")


def _check_gif(data: bytes, max_pixels: int) -> None:
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    check_size(width, height, max_pixels)
    position = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    while position < len(data) and data[position] != 0x3B:
        image = data[position] == 0x2C
        if image:
            left, top, wide, high, local = struct.unpack_from("<HHHHB", data, position + 1)
            check_size(left + wide, top + high, max_pixels)
            position += 11 + (3 << (local & 7) + 1 if local & 0x80 else 0)
        else:
            position += 2
        while data[position]:
            position += 1 + data[position]
        position += 1
        if image:
            # The first is what is decoded.
            return
    raise BadImageError(Reason.TRUNCATED, f"the GIF of {len(data)} bytes ends before its picture")


def _check_webp(data: bytes, max_pixels: int) -> None:
    (size,) = struct.unpack_from("<I", data, 4)
    check_length("WebP", data, 8 + size)
    sizes = list(_webp_sizes(data, min(len(data), 8 + size)))
    if not sizes:
        raise BadImageError(Reason.UNDECODABLE, "the WebP holds no picture")
    for width, height in sizes:
        check_size(width, height, max_pixels)


def _webp_sizes(data: bytes, end: int) -> Iterator[tuple[int, int]]:
    """Sizes of the canvas and of every picture on it."""
    position = 12
    while position + 8 <= end:
        kind = data[position : position + 4]
        (length,) = struct.unpack_from("<I", data, position + 4)
        body = position + 8
        if kind == b"VP8X":
            yield _three(data, body + 4) + 1, _three(data, body + 7) + 1
        elif kind == b"VP8L":
            (bits,) = struct.unpack_from("<I", data, body + 1)
            yield (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        elif kind == b"VP8 ":
            width, height = struct.unpack_from("<HH", data, body + 6)
            yield width & 0x3FFF, height & 0x3FFF
        elif kind == b"ANMF":
            yield _three(data, body + 6) + 1, _three(data, body + 9) + 1
            # A frame's own chunks lie within it.
            position = body + 16
            continue
        position = body + length + length % 2


def _three(data: bytes, position: int) -> int:
    return int.from_bytes(data[position : position + 3], "little")


def _refuse_heif(_data: bytes, _max_pixels: int) -> None:
    raise BadImageError(
        Reason.UNDECODABLE, "HEIC and HEIF are not read by OpenCV: convert it to JPEG or PNG"
    )


_CHECKS: tuple[tuple[re.Pattern[bytes], Callable[[bytes, int], None]], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), _check_png),
    (re.compile(rb"BM"), check_bmp),
    (re.compile(rb"GIF8[79]a"), _check_gif),
    (re.compile(rb"II\*\x00|MM\x00\*|II\+\x00|MM\x00\+"), check_tiff),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), _check_webp),
    (re.compile(rb"\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51"), check_jpeg_2000),
    (re.compile(rb".{4}ftyp(avif|avis)", re.DOTALL), check_avif),
    (re.compile(rb".{4}ftypmif1.{0,64}avif", re.DOTALL), check_avif),
    (re.compile(rb".{4}ftyp(hei|hev|mif|msf)", re.DOTALL), _refuse_heif),
    (re.compile(rb"P[1-7Ff]\s"), check_pnm),
)
