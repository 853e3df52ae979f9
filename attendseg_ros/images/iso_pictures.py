# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The headers of pictures that lie in boxes: JPEG 2000 and AVIF."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from attendseg_ros.images.bad_image import BadImageError, Reason, check_size

_CODESTREAM = b"\xff\x4f\xff\x51"
_END = b"\xff\xd9"
# Boxes with boxes in them; meta has four bytes before these.
_HOLDERS = {b"meta": 4, b"iprp": 0, b"ipco": 0, b"moov": 0, b"trak": 0, b"mdia": 0}
_TRACK_HEADER = b"tkhd"
_BRAND_OF_AVIF = re.compile(rb".{4}ftyp(avif|avis|mif1.{0,64}avif)", re.DOTALL)

# What a rotation (quarters against the clock) and a mirror after it (of rows, of columns or none)
# come to, as EXIF counts; libavif's table for the way back, completed.
_ORIENTATIONS = {
    (0, None): 1,
    (0, 1): 2,
    (2, None): 3,
    (0, 0): 4,
    (1, 0): 5,
    (3, None): 6,
    (3, 0): 7,
    (1, None): 8,
    (2, 0): 2,
    (2, 1): 4,
    (3, 1): 5,
    (1, 1): 7,
}


def check_jpeg_2000(data: bytes, max_pixels: int) -> None:
    """Refuses a JPEG 2000 picture that is too large or not all there.

    Raises:
        BadImageError: says so.
        struct.error: It ends in its header.
    """
    start, end = 0, len(data)
    if not data.startswith(_CODESTREAM):
        for kind, body, stop in _boxes(data, 0, len(data)):
            if kind == b"jp2c":
                start, end = body, stop
                break
        else:
            raise BadImageError(
                Reason.TRUNCATED, f"the JPEG 2000 of {len(data)} bytes ends before its picture"
            )
    if end > len(data) or data[end - 2 : end] != _END:
        raise BadImageError(
            Reason.TRUNCATED, f"the JPEG 2000 of {len(data)} bytes ends before its end marker"
        )
    x, y, left, top = struct.unpack_from(">IIII", data, start + 8)
    check_size(x - left, y - top, max_pixels)


def check_avif(data: bytes, max_pixels: int) -> None:
    """Refuses an AVIF picture that is too large or not all there.

    Raises:
        BadImageError: says so.
        struct.error: It ends in its header.
    """
    sizes = list(_sizes(data, 0, len(data)))
    for size in sizes:
        check_size(*size, max_pixels)
    for kind, body, stop in _boxes(data, 0, len(data)):
        if stop > len(data):
            raise BadImageError(
                Reason.TRUNCATED,
                f"the AVIF has {len(data)} bytes, and its box {kind!r} ends at {stop}",
            )
        if kind == b"mdat":
            for size in _sizes_of_sequences(data[body:stop]):
                check_size(*size, max_pixels)
    if not sizes:
        raise BadImageError(Reason.UNDECODABLE, "the AVIF says no size")


def is_avif(data: bytes) -> bool:
    """Whether the bytes begin like an AVIF picture."""
    return _BRAND_OF_AVIF.match(data) is not None


def avif_orientation(data: bytes) -> int:
    """How an AVIF picture is to be turned, 1 to 8 as EXIF counts; OpenCV does not turn it.

    Its boxes `irot` and `imir` decide (ISO/IEC 23008-12, 6.5.10 and 6.5.12), and not EXIF data,
    which the format leaves without a say.
    """
    turns = {kind: data[body] & 3 for kind, body in _turns(data, 0, len(data))}
    mirror = turns.get(b"imir")
    return _ORIENTATIONS[turns.get(b"irot", 0), None if mirror is None else mirror & 1]


def _turns(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int]]:
    for kind, body, stop in _boxes(data, start, end):
        if kind in (b"irot", b"imir") and body < min(stop, len(data)):
            yield kind, body
        elif kind in _HOLDERS:
            yield from _turns(data, body + _HOLDERS[kind], min(stop, end))


def _sizes(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sizes that the container claims, of all pictures and tracks in it."""
    for kind, body, stop in _boxes(data, start, end):
        if kind == b"ispe":
            width, height = struct.unpack_from(">II", data, body + 4)
            yield width, height
        elif kind == _TRACK_HEADER:
            width, height = struct.unpack_from(">II", data, stop - 8)
            if width and height:
                yield width >> 16, height >> 16
        elif kind in _HOLDERS:
            yield from _sizes(data, body + _HOLDERS[kind], min(stop, end))


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The kind of each box, where its content begins, and where it says that it ends."""
    while start + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, start)
        body = start + 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, body)
            body += 8
        stop = end if length == 0 else start + length
        if stop < body:
            return
        yield kind, body, stop
        start = stop


def _sizes_of_sequences(data: bytes) -> Iterator[tuple[int, int]]:
    """The largest frame of each AV1 sequence header: what a decoder reserves memory for."""
    position = 0
    while position + 2 < len(data):
        header = data[position]
        kind, extended, sized = header >> 3 & 15, header >> 2 & 1, header >> 1 & 1
        if header & 0x81 or not sized:
            # No data of AV1 from here on, which the decoder finds too.
            return
        body = position + 1 + extended
        length, shift = 0, 0
        while body < len(data):
            byte = data[body]
            length |= (byte & 127) << shift
            body, shift = body + 1, shift + 7
            if byte < 128:
                break
        if kind == 1:
            yield _sequence_size(data[body : body + 64])
        position = body + length


def _sequence_size(data: bytes) -> tuple[int, int]:
    """The largest frame that a sequence header allows (AV1, 5.5.1)."""
    bits = _Bits(data)
    bits.take(3)
    bits.take(1)
    if bits.take(1):
        bits.take(5)
    elif bits.take(1):
        # Timing comes first, as in videos.
        raise BadImageError(Reason.UNDECODABLE, "the AVIF is a video: give one of its pictures")
    else:
        delays, points = bits.take(1), bits.take(5) + 1
        for _ in range(points):
            bits.take(12)
            bits.take(1 if bits.take(5) > 7 else 0)
            bits.take(4 if delays and bits.take(1) else 0)
    width_bits, height_bits = bits.take(4) + 1, bits.take(4) + 1
    return bits.take(width_bits) + 1, bits.take(height_bits) + 1


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        self._left = max(0, self._left - count)
        return self._value >> self._left & (1 << count) - 1
