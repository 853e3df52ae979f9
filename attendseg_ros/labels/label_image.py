# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Label images as their file has them: ids of any bit depth, palettes and colours.

OpenCV spreads grey levels of 1, 2 and 4 bits over 0 to 255 and replaces a palette's indices by its
colours. What a label image names is the number, so files are taken apart before they are decoded.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import ImageError, one_line
from attendseg_ros.files import pointer_in
from attendseg_ros.labels.exif import exif_orientation
from attendseg_ros.labels.palette import Color
from attendseg_ros.pictures import MAX_PIXELS

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _RGB, _PALETTE, _GREY_ALPHA, _RGB_ALPHA = 0, 2, 3, 4, 6
_TRANSPARENT = 1 << 24


class Kind(Enum):
    """How a label image's pixels are stored."""

    GREY = "grey"
    PALETTE = "palette"
    COLOR = "colour"


@dataclass(frozen=True)
class Entry:
    """One value that pixels of a label image have.

    Attributes:
        id: the number; None for a colour that is not grey.
        color: RGB; None for grey levels above 255.
        transparent: whether the pixels cannot be seen.
    """

    id: int | None
    color: Color | None
    transparent: bool = False


@dataclass(frozen=True)
class LabelImage:
    """A label image before anything is made of it.

    Attributes:
        kind: how it is stored.
        positions: int64 (H, W): the entry of each pixel.
        entries: what pixels have, each value once.
        orientation: 1 to 8, as EXIF counts; 1: as stored.
    """

    kind: Kind
    positions: NDArray[np.int64]
    entries: tuple[Entry, ...]
    orientation: int = 1


def read_label_image(content: bytes) -> LabelImage:
    """Takes a PNG apart.

    Raises:
        ImageError: it is no PNG, a damaged one, or too large.
    """
    if not content.startswith(_SIGNATURE):
        if pointer := pointer_in(content):
            raise ImageError(f"cannot be decoded as a PNG: it is {pointer}")
        what = "a JPEG" if content.startswith(b"\xff\xd8") else "something else"
        what = what if content else "empty"
        raise ImageError(
            f"cannot be decoded as a PNG: it is {what} by its content; labels are PNGs, as lossy "
            "formats change ids along edges"
        )
    chunks = list(_chunks(content))
    header = next((data for name, data in chunks if name == b"IHDR"), b"")
    if len(header) != 13:
        raise ImageError("cannot be decoded as an image: its PNG header is damaged")
    width, height = struct.unpack_from(">II", header)
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"{width}x{height} is {width * height} pixels, more than the {MAX_PIXELS} that are read"
        )
    depth, color_type = header[8], header[9]
    exif = next((data for name, data in chunks if name == b"eXIf"), b"")
    orientation = exif_orientation(exif)
    if color_type in (_GREY, _PALETTE):
        # Levels of less than 8 bits come spread over 0 to 255, in whole steps.
        step = 255 // (2**depth - 1) if depth < 8 else 1
        levels = _levels(chunks) // step
        unseen = next((data for name, data in chunks if name == b"tRNS"), b"")
        if color_type == _GREY:
            return _by_level(levels, step, unseen, orientation)
        palette = next((data for name, data in chunks if name == b"PLTE"), b"")
        return _by_palette(levels, palette, unseen, orientation)
    values = _decoded(content)
    if color_type == _GREY_ALPHA:
        # As BGRA, or without the alpha channel: this depends on OpenCV's version.
        packed = values.reshape(*values.shape[:2], -1).astype(np.int64)
        unseen = (packed[..., -1] == 0) * (packed.shape[2] > 1)
        positions, found = _distinct(packed[..., 0] + _TRANSPARENT * unseen)
        levels_seen = ((v % _TRANSPARENT, v >= _TRANSPARENT) for v in found)
        entries = tuple(Entry(level, _grey(level), hidden) for level, hidden in levels_seen)
        return LabelImage(Kind.GREY, positions, entries, orientation)
    return _by_color(values, orientation)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and contents of a PNG's chunks, up to its end.

    Raises:
        ImageError: the file is cut off or a chunk is not what its checksum says.
    """
    position = len(_SIGNATURE)
    while position + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, position)
        name = content[position + 4 : position + 8]
        data = content[position + 8 : position + 8 + length]
        if position + 12 + length > len(content):
            break
        (checksum,) = struct.unpack_from(">I", content, position + 8 + length)
        if zlib.crc32(name + data) != checksum:
            raise ImageError("cannot be decoded as an image: the PNG is damaged (wrong checksum)")
        yield name, data
        if name == b"IEND":
            return
        position += 12 + length
    raise ImageError("cannot be decoded as an image: the PNG is cut off")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _levels(chunks: list[tuple[bytes, bytes]]) -> NDArray[np.int64]:
    """The decoded numbers in a PNG of grey levels or palette indices, (H, W).

    Palette and transparency are left away, so that the decoder sees plain grey.
    """
    plain = [_SIGNATURE]
    for name, data in chunks:
        if name == b"IHDR":
            plain.append(_chunk(name, data[:9] + bytes([_GREY]) + data[10:]))
        elif name in (b"IDAT", b"IEND"):
            plain.append(_chunk(name, data))
    values = _decoded(b"".join(plain))
    if values.ndim != 2:
        values = values[..., 0]
    return values.astype(np.int64)


def _decoded(content: bytes) -> NDArray[np.uint8] | NDArray[np.uint16]:
    try:
        flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
        values = cv2.imdecode(np.frombuffer(content, np.uint8), flags)
    except cv2.error as error:
        raise ImageError(f"cannot be decoded as an image: {one_line(error)}") from error
    if values is None:
        raise ImageError("cannot be decoded as an image")
    if values.dtype == np.uint16:
        return np.asarray(values, np.uint16)
    return np.asarray(values, np.uint8)


def _distinct(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[int]]:
    """Each pixel's position among the values there are, and these, in order."""
    highest = int(values.max()) if values.size else 0
    if highest < 1 << 16:
        # Sorting every pixel takes many times as long as counting.
        found = np.flatnonzero(np.bincount(values.ravel(), minlength=1))
        table = np.zeros(highest + 1, np.int64)
        table[found] = np.arange(len(found))
        return table[values], [int(value) for value in found]
    unique, positions = np.unique(values, return_inverse=True)
    return positions.reshape(values.shape).astype(np.int64), [int(value) for value in unique]


def _by_level(levels: NDArray[np.int64], step: int, unseen: bytes, orientation: int) -> LabelImage:
    """Of grey levels; `unseen`: which of them is transparent, in 16 bits, or nothing."""
    positions, found = _distinct(levels)
    hidden = int.from_bytes(unseen, "big") if len(unseen) == 2 else -1
    entries = tuple(Entry(level, _grey(level * step), level == hidden) for level in found)
    return LabelImage(Kind.GREY, positions, entries, orientation)


def _by_palette(
    levels: NDArray[np.int64], palette: bytes, unseen: bytes, orientation: int
) -> LabelImage:
    """Of indices; `unseen`: the opacity of the first of them, the others can be seen."""
    positions, found = _distinct(levels)
    if (found[-1] + 1) * 3 > len(palette):
        raise ImageError(
            f"cannot be decoded as an image: it uses index {found[-1]} of a palette of "
            f"{len(palette) // 3}"
        )
    entries = tuple(
        Entry(v, _rgb(*palette[3 * v : 3 * v + 3]), unseen[v : v + 1] == b"\0") for v in found
    )
    return LabelImage(Kind.PALETTE, positions, entries, orientation)


def _by_color(values: NDArray[np.uint8] | NDArray[np.uint16], orientation: int) -> LabelImage:
    wide = values.astype(np.int64)
    bgr = wide[..., :3]
    if values.dtype == np.uint16:
        if not (bgr % 257).any():
            # 8-bit colours in 16 bits.
            bgr = bgr // 257
        elif bgr.max() > 255:
            raise ImageError("has colours of 16 bits, which no class has: save it in 8 bits")
    packed = bgr[..., 2] << 16 | bgr[..., 1] << 8 | bgr[..., 0]
    if wide.shape[2] == 4:
        packed = packed + _TRANSPARENT * (wide[..., 3] == 0)
    positions, found = _distinct(packed)
    entries = []
    for value in found:
        rgb = _rgb(value >> 16 & 255, value >> 8 & 255, value & 255)
        grey = rgb[0] == rgb[1] == rgb[2]
        entries.append(Entry(rgb[0] if grey else None, rgb, value >= _TRANSPARENT))
    return LabelImage(Kind.COLOR, positions, tuple(entries), orientation)


def _grey(level: int) -> Color | None:
    return (level, level, level) if level <= 255 else None


def _rgb(red: int, green: int, blue: int) -> Color:
    return red, green, blue
