# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The header of a TIFF."""

from __future__ import annotations

import struct

from attendseg_ros.images.bad_image import BadImageError, Reason, check_size

_WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_HEIGHT = 256, 257, 322, 323
_OFFSETS, _COUNTS = (273, 324), (279, 325)
_FORMATS = {1: "B", 3: "H", 4: "I", 16: "Q"}
_MOST_ENTRIES = 4096


def check_tiff(data: bytes, max_pixels: int) -> None:
    """Refuses a TIFF whose first picture is too large or not all there.

    Raises:
        BadImageError: says so.
        struct.error: It ends in its header.
    """
    tags = _tags(data)
    size = (_first(tags, _WIDTH), _first(tags, _HEIGHT))
    check_size(*size, max_pixels)
    if _TILE_WIDTH in tags:
        # OpenCV reserves memory for a tile whatever the size of the picture.
        check_size(_first(tags, _TILE_WIDTH), _first(tags, _TILE_HEIGHT), max(max_pixels, 1 << 16))
    for offsets, counts in zip(_OFFSETS, _COUNTS, strict=True):
        for offset, count in zip(tags.get(offsets, ()), tags.get(counts, ()), strict=False):
            if offset + count > len(data):
                raise BadImageError(
                    Reason.TRUNCATED,
                    f"the TIFF has {len(data)} bytes, and a part of its picture ends at "
                    f"{offset + count}",
                )


def _first(tags: dict[int, tuple[int, ...]], tag: int) -> int:
    values = tags.get(tag)
    return values[0] if values else 0


def _tags(data: bytes) -> dict[int, tuple[int, ...]]:
    """The whole numbers of the first picture's tags."""
    order = "<" if data.startswith(b"II") else ">"
    big = data[2:4] in (b"+\x00", b"\x00+")
    word, entry_size = ("Q", 20) if big else ("I", 12)
    word_size = struct.calcsize(word)
    (start,) = struct.unpack_from(order + word, data, 8 if big else 4)
    (count,) = struct.unpack_from(order + ("Q" if big else "H"), data, start)
    first = start + (8 if big else 2)
    tags = {}
    for number in range(min(count, _MOST_ENTRIES)):
        entry = first + number * entry_size
        tag, kind = struct.unpack_from(order + "HH", data, entry)
        (values,) = struct.unpack_from(order + word, data, entry + 4)
        form = _FORMATS.get(kind)
        if form is None or values > len(data):
            continue
        place = entry + 4 + word_size
        if values * struct.calcsize(form) > word_size:
            (place,) = struct.unpack_from(order + word, data, place)
        tags[tag] = struct.unpack_from(f"{order}{values}{form}", data, place)
    return tags
