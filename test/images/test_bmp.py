# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A BMP is read in its colours, whoever wrote its header, or refused."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from support.pictures import photo

from attendseg_ros.images.bad_image import BadImageError, Reason
from attendseg_ros.images.encoded import decode_message, decode_rgb

Header = Callable[[int, int], bytes]


def bmp(header: bytes, rgb: NDArray[np.uint8]) -> bytes:
    """A BMP of 24 bits, its rows filled up to four bytes, the lowest first."""
    rows = b"".join(row[:, ::-1].tobytes() + bytes(-3 * rgb.shape[1] % 4) for row in rgb[::-1])
    begin = 14 + len(header)
    return b"BM" + struct.pack("<IHHI", begin + len(rows), 0, 0, begin) + header + rows


def of_os2(width: int, height: int) -> bytes:
    return struct.pack("<IHHHH", 12, width, height, 1, 24)


def of_windows(width: int, height: int, size: int = 40) -> bytes:
    head = struct.pack("<IiiHHIIiiII", size, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return head + bytes(size - 40)


@pytest.mark.parametrize("width", [1, 5, 64])
@pytest.mark.parametrize("header", [of_os2, of_windows, lambda w, h: of_windows(w, h, 124)])
def test_colours_are_read(header: Header, width: int) -> None:
    """OpenCV takes those behind the header of OS/2 for grey."""
    rgb = photo(width, 7)
    data = bmp(header(width, 7), rgb)
    np.testing.assert_array_equal(decode_rgb(data), rgb)
    np.testing.assert_array_equal(decode_message(data, ""), rgb)


@pytest.mark.parametrize("header", [of_os2, of_windows])
def test_what_is_cut_off_is_refused(header: Header) -> None:
    data = bmp(header(8, 6), photo(8, 6))
    for end in range(2, len(data)):
        with pytest.raises(BadImageError) as caught:
            decode_rgb(data[:end])
        assert caught.value.reason is Reason.TRUNCATED


@pytest.mark.parametrize(
    "masks", [(0xFF, 0xFF00, 0xFF0000), (0xFF0000, 0xFF00, 0xFF)], ids=["red first", "blue first"]
)
def test_another_order_of_colours_is_refused(masks: tuple[int, int, int]) -> None:
    """OpenCV takes red for blue where masks say which is which."""
    bgr = photo(32, 16)
    pixels = np.dstack([bgr, np.zeros(bgr.shape[:2], np.uint8)])[::-1].tobytes()
    head = struct.pack("<IiiHHIIiiII", 40, 32, 16, 1, 32, 3, len(pixels), 0, 0, 0, 0)
    data = b"BM" + struct.pack("<IHHI", 66 + len(pixels), 0, 0, 66) + head
    data += struct.pack("<III", *masks) + pixels
    if masks[0] == 0xFF:
        with pytest.raises(BadImageError, match="in another order than blue, green, red"):
            decode_rgb(data)
    else:
        np.testing.assert_array_equal(decode_rgb(data), bgr[..., ::-1])
