# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The header of a BMP, of Windows or of OS/2."""

from __future__ import annotations

import struct

from attendseg_ros.images.bad_image import BadImageError, Reason, check_length, check_size

_OF_OS2 = struct.Struct("<IHHHH")
_OF_WINDOWS = struct.Struct("<IiiHHIIiiII")
_OFFSET_AT, _HEADER_AT = 10, 14
_RUNS, _BY_MASKS = (1, 2), (3, 6)
_BLUE_FIRST = (0xFF0000, 0xFF00, 0xFF)


def check_bmp(data: bytes, max_pixels: int) -> None:
    """Refuses a BMP that is too large, not all there, or of an order that OpenCV mistakes.

    Raises:
        BadImageError: says so.
        struct.error: It ends in its header.
    """
    (offset, header) = struct.unpack_from("<II", data, _OFFSET_AT)
    if header == _OF_OS2.size:
        _, width, height, _, depth = _OF_OS2.unpack_from(data, _HEADER_AT)
        compression = 0
    else:
        _, width, height, _, depth, compression = struct.unpack_from("<IiiHHI", data, _HEADER_AT)
    check_size(width, abs(height), max_pixels)
    if depth == 32 and compression in _BY_MASKS:
        masks = struct.unpack_from("<III", data, 54)
        if masks != _BLUE_FIRST:
            # OpenCV does not look at them, and takes red for blue.
            raise BadImageError(
                Reason.UNDECODABLE,
                "the BMP's colours lie in another order than blue, green, red: save it as PNG",
            )
    # Runs tell their length only while they are decoded.
    if compression not in _RUNS:
        check_length("BMP", data, offset + (width * depth + 31) // 32 * 4 * abs(height))


def with_windows_header(picture: bytes) -> bytes:
    """A checked BMP of 24 bits with a header behind which OpenCV sees colours.

    It takes those behind the header of OS/2 for grey. Any other picture comes back as it is.
    """
    if not picture.startswith(b"BM"):
        return picture
    header, width, height, planes, depth = _OF_OS2.unpack_from(picture, _HEADER_AT)
    if (header, depth) != (_OF_OS2.size, 24):
        return picture
    (offset,) = struct.unpack_from("<I", picture, _OFFSET_AT)
    grown = struct.pack("<I", offset + _OF_WINDOWS.size - _OF_OS2.size)
    wide = _OF_WINDOWS.pack(_OF_WINDOWS.size, width, height, planes, depth, 0, 0, 0, 0, 0, 0)
    return picture[:_OFFSET_AT] + grown + wide + picture[_HEADER_AT + _OF_OS2.size :]
