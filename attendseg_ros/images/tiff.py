# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The header of a TIFF."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from attendseg_ros.images.bad_image import BadImageError, Reason, check_size

_WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_HEIGHT = 256, 257, 322, 323
_OFFSETS, _COUNTS = (273, 324), (279, 325)
_BITS, _COLOURS, _SAMPLES, _PLANES, _SAMPLE_FORMAT = 258, 262, 277, 284, 339
_FORMATS = {1: "B", 3: "H", 4: "I", 16: "Q"}
_EXTRA, _ASSOCIATED, _UNASSOCIATED = 338, 1, 2
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
    _check_kind(tags)
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


def with_plain_alpha(data: bytes) -> bytes:
    """A checked TIFF of which a decoder leaves the colours as they lie, whatever alpha says.

    libtiff darkens those that are not multiplied with their alpha, and leaves those that are.
    """
    for tag, form, place in _entries(data):
        if tag == _EXTRA and struct.unpack_from(form, data, place) == (_UNASSOCIATED,):
            value = struct.pack(form, _ASSOCIATED)
            return data[:place] + value + data[place + len(value) :]
    return data


_WHITE_IS_ZERO, _RGB = 0, 2
_OF_OTHERS = {
    **dict.fromkeys((8, 9, 10), "its colours are CIELab"),
    **dict.fromkeys((32803, 34892), "it is a camera's raw picture"),
    **dict.fromkeys((32844, 32845), "its colours are LogLuv"),
}
_UNSIGNED, _FLOAT = 1, 3
_MOST_SAMPLES, _MOST_OF_GREY = 4, 2


def _check_kind(tags: dict[int, tuple[int, ...]]) -> None:
    """Refuses what OpenCV does not read, or reads as something else, which it does not say.

    Raises:
        BadImageError: names it.
    """
    colours, samples = _first(tags, _COLOURS), _first(tags, _SAMPLES) or 1
    bits, planes = _first(tags, _BITS) or 1, _first(tags, _PLANES)
    form = _first(tags, _SAMPLE_FORMAT) or _UNSIGNED
    problem = _OF_OTHERS.get(colours, "")
    if samples > _MOST_SAMPLES:
        problem = f"it has {samples} channels, and pictures have up to {_MOST_SAMPLES}"
    elif samples > _MOST_OF_GREY and colours < _RGB:
        problem = f"it has {samples} channels and does not say that these are colours"
    elif planes == 2 and samples > 1 and bits != 8:
        problem = f"its {bits}-bit colours lie in planes, one behind the other"
    elif colours == _WHITE_IS_ZERO and bits > 8:
        problem = f"its {bits}-bit samples count from white to black"
    elif colours > _RGB and bits > 8:
        problem = f"its colours are not red, green and blue, and have {bits} bits"
    elif colours <= _RGB and 1 < bits < 8:
        problem = f"its samples are of {bits} bits"
    elif (form, bits) == (_FLOAT, 16) or (form == _UNSIGNED and bits >= 32):
        problem = f"its samples are {'floats' if form == _FLOAT else 'numbers'} of {bits} bits"
    if problem:
        raise BadImageError(
            Reason.UNDECODABLE,
            f"the TIFF is of a kind that is not read: {problem}; save it as red, green and blue "
            "of 8 or 16 bits, pixel by pixel",
        )


def _first(tags: dict[int, tuple[int, ...]], tag: int) -> int:
    values = tags.get(tag)
    return values[0] if values else 0


def _tags(data: bytes) -> dict[int, tuple[int, ...]]:
    """The whole numbers of the first picture's tags."""
    return {tag: struct.unpack_from(form, data, place) for tag, form, place in _entries(data)}


def _entries(data: bytes) -> Iterator[tuple[int, str, int]]:
    """The first picture's tags of whole numbers: how and where these lie."""
    order = "<" if data.startswith(b"II") else ">"
    big = data[2:4] in (b"+\x00", b"\x00+")
    word, entry_size = ("Q", 20) if big else ("I", 12)
    word_size = struct.calcsize(word)
    (start,) = struct.unpack_from(order + word, data, 8 if big else 4)
    (count,) = struct.unpack_from(order + ("Q" if big else "H"), data, start)
    first = start + (8 if big else 2)
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
        yield tag, f"{order}{values}{form}", place
