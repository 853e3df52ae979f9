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
# Of the movie's header, by its version: how many ticks make a second.
_TICKS_AT = {0: 12, 1: 20}


def is_mirrored(movie: bytes) -> bool:
    """Whether the first track of pictures is shown as in a mirror, besides being turned.

    Args:
        movie: the box "moov", from its header on.
    """
    for start, end in _tracks_of_pictures(movie):
        for place, stop in _named(movie, start, end, b"tkhd"):
            at = place + _MATRIX_AT.get(movie[place], len(movie))
            if at + 20 <= stop:
                a, b, _, c, d = struct.unpack_from(">5i", movie, at)
                return bool(a * d - b * c < 0)
        return False
    return False


def shown_s(movie: bytes) -> float:
    """How long the first track of pictures is shown by its list of edits, seconds.

    Video that was trimmed without encoding it anew holds frames that the list leaves out.

    Args:
        movie: the box "moov", from its header on.

    Returns:
        The length; 0 where there is no such list.
    """
    ticks_hz = 0
    for place, stop in _named(movie, _HEADER, len(movie), b"mvhd"):
        at = place + _TICKS_AT.get(movie[place], len(movie))
        if at + 4 <= stop:
            (ticks_hz,) = struct.unpack_from(">I", movie, at)
    for start, end in _tracks_of_pictures(movie):
        ticks = sum(
            length
            for edits in _named(movie, start, end, b"edts")
            for place, stop in _named(movie, *edits, b"elst")
            for length, begins in _edits(movie, place, stop)
            # Before the first picture there may be a pause.
            if begins >= 0
        )
        return ticks / ticks_hz if ticks_hz else 0.0
    return 0.0


def _edits(movie: bytes, place: int, stop: int) -> Iterator[tuple[int, int]]:
    """How long each edit is shown, in ticks of the movie, and at which tick it begins."""
    form, size = {0: (">Ii", 12), 1: (">Qq", 20)}.get(movie[place], ("", 0))
    if size and place + 8 <= stop:
        (count,) = struct.unpack_from(">I", movie, place + 4)
        for at in range(place + 8, min(stop, place + 8 + count * size) - size + 1, size):
            yield struct.unpack_from(form, movie, at)


def transfer(movie: bytes) -> int:
    """By which curve the first track's samples tell brightness, as ITU-T H.273 numbers them.

    Args:
        movie: the box "moov", from its header on.

    Returns:
        The number; 0 where the description does not say.
    """
    for start, end in _tracks_of_pictures(movie):
        # It lies five boxes deep, one of which is of another form for each kind of video.
        place = movie.find(b"colrnclx", start, end)
        if place >= 0 and place + 12 <= end:
            return int(struct.unpack_from(">H", movie, place + 10)[0])
        return 0
    return 0


def _tracks_of_pictures(movie: bytes) -> Iterator[tuple[int, int]]:
    for start, end in _named(movie, _HEADER, len(movie), b"trak"):
        handlers = [
            movie[place + _HANDLER_AT : place + _HANDLER_AT + 4]
            for media in _named(movie, start, end, b"mdia")
            for place, _ in _named(movie, *media, b"hdlr")
        ]
        if handlers == [b"vide"]:
            yield start, end


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
