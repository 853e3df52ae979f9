# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the description of an MP4 or MOV file says of how its pictures are shown."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_HEADER = 8
# Of a track's header, by its version: where the matrix begins that leads from stored to shown.
_MATRIX_AT = {0: 40, 1: 52}
_HANDLER_AT = 8


def is_mirrored(movie: bytes) -> bool:
    """Whether the first track of pictures is shown as in a mirror, besides being turned.

    Args:
        movie: the box "moov", from its header on.
    """
    for track in _named(movie, _HEADER, len(movie), b"trak"):
        start, end = track
        handlers = [
            movie[place + _HANDLER_AT : place + _HANDLER_AT + 4]
            for media in _named(movie, start, end, b"mdia")
            for place, _ in _named(movie, *media, b"hdlr")
        ]
        if handlers != [b"vide"]:
            continue
        for place, stop in _named(movie, start, end, b"tkhd"):
            at = place + _MATRIX_AT.get(movie[place], len(movie))
            if at + 20 <= stop:
                a, b, _, c, d = struct.unpack_from(">5i", movie, at)
                return bool(a * d - b * c < 0)
        return False
    return False


def _named(movie: bytes, start: int, end: int, name: bytes) -> Iterator[tuple[int, int]]:
    """Where the contents of the boxes of a name begin and end, of those within a stretch."""
    while start + _HEADER <= end:
        length, kind = struct.unpack_from(">I4s", movie, start)
        # Boxes of a description are short: 1 and 0, of long ones and of the last, are none here.
        stop = start + length
        if length < _HEADER or stop > end:
            return
        if kind == name and stop > start + _HEADER:
            yield start + _HEADER, stop
        start = stop
