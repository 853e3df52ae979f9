# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Videos that OpenCV cannot write: with uneven times, turned, or of a length not theirs."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

# Elements of Matroska that hold others: the segment, its description, a cluster, a block's group.
_MASTERS = {0x18538067, 0x1549A966, 0x1F43B675, 0xA0}
_SEGMENT, _TRACKS = 0x18538067, 0x1654AE6B
_CLUSTER_TIME, _SIMPLE_BLOCK, _BLOCK, _DURATION = 0xE7, 0xA3, 0xA1, 0x4489


def even_video(path: Path, count: int, rate_hz: float = 10.0) -> Path:
    """A video of 64x48, frame number n of grey level 10 n, in the container of its suffix."""
    codecs = {".mp4": "mp4v", ".mov": "mp4v", ".flv": "FLV1", ".ts": "mp4v"}
    codec = cv2.VideoWriter.fourcc(*codecs.get(path.suffix, "MJPG"))
    writer = cv2.VideoWriter(str(path.absolute()), cv2.CAP_FFMPEG, codec, rate_hz, (64, 48))
    assert writer.isOpened()
    for level in range(count):
        writer.write(np.full((48, 64, 3), 10 * level % 256, np.uint8))
    writer.release()
    return path


def uneven_video(path: Path, times_ms: Sequence[int], length_ms: float) -> Path:
    """A Matroska file with a frame at each time, and a length in its header."""
    even_video(path, len(times_ms))
    content = bytearray(path.read_bytes())
    times = iter(times_ms)
    cluster_ms = 0
    for kind, start, size in list(_elements(content, 0, len(content))):
        if kind == _CLUSTER_TIME:
            cluster_ms = int.from_bytes(content[start : start + size], "big")
        elif kind in (_SIMPLE_BLOCK, _BLOCK):
            # Behind the track's number.
            struct.pack_into(">h", content, start + 1, next(times) - cluster_ms)
        elif kind == _DURATION:
            struct.pack_into(">d" if size == 8 else ">f", content, start, length_ms)
    assert next(times, None) is None
    path.write_bytes(content)
    return path


def with_sound(path: Path) -> Path:
    """Gives a Matroska file a second track, of sound, with nothing in it."""
    content = bytearray(path.read_bytes())
    # Number, unique number, kind, codec; rate and channels.
    sound = b"\xd7\x81\x02\x73\xc5\x81\x02\x83\x81\x02\x86\x8dA_PCM/INT/LIT"
    sound += b"\xe1\x8d\xb5\x84" + struct.pack(">f", 8000.0) + b"\x9f\x81\x01\x62\x64\x81\x10"
    track = b"\xae" + bytes([0x80 | len(sound)]) + sound
    found = {kind: (start, size) for kind, start, size in _elements(content, 0, len(content))}
    grown = len(track)
    end = sum(found[_TRACKS])
    content[end:end] = track
    for start, size in (found[_TRACKS], found[_SEGMENT]):
        width = next(
            width
            for width in range(1, 9)
            if int.from_bytes(content[start - width : start], "big") == size | 1 << 7 * width
        )
        content[start - width : start] = (size + grown | 1 << 56).to_bytes(8, "big")
        grown += 8 - width
    path.write_bytes(content)
    return path


def trimmed_video(path: Path, count: int, first: int) -> Path:
    """An MP4 file as of `even_video` at 10 Hz, of which a list of edits leaves out the beginning.

    As `ffmpeg -ss ... -c copy` and the editors of phones trim without encoding anew.
    """
    content = bytearray(even_video(path, count).read_bytes())
    ticks = {}
    for box, place in ((b"mvhd", 12), (b"mdhd", 12)):
        (ticks[box],) = struct.unpack_from(">I", content, content.index(box) + 4 + place)
    at = content.index(b"elst") + 12
    struct.pack_into(
        ">Ii", content, at, ticks[b"mvhd"] * (count - first) // 10, ticks[b"mdhd"] * first // 10
    )
    path.write_bytes(content)
    return path


def hdr_video(path: Path, curve: int) -> Path:
    """An MP4 file that says by which curve its samples tell brightness, as ITU-T H.273 numbers."""
    content = bytearray(even_video(path, 3).read_bytes())
    # In place of a box of its length that nobody needs, its bit rates.
    place = content.index(b"btrt")
    content[place : place + 16] = b"colrnclx" + struct.pack(">3HBx", 9, curve, 9, 0)
    path.write_bytes(content)
    return path


QUARTER_TURN = (0, 1, -1, 0)


def turned_video(path: Path, turn: tuple[int, int, int, int] = QUARTER_TURN) -> Path:
    """An MP4 file of 64x48, black above white, its lower left corner grey, whose header turns it.

    Args:
        path: of the file.
        turn: where it takes a point to the right, and one below: a quarter turn clockwise.
    """
    writer = cv2.VideoWriter(
        str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), 10.0, (64, 48)
    )
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[24:] = 255
    picture[32:, :16] = 128
    for _ in range(3):
        writer.write(picture)
    writer.release()
    content = bytearray(path.read_bytes())
    # The matrix in the track's header, in 16.16 numbers but for its last column.
    matrix = content.index(b"tkhd") + 4 + 40
    a, b, c, d = (side << 16 for side in turn)
    shift = [(64 if -1 in (a >> 16, c >> 16) else 0) << 16, 0]
    struct.pack_into(">9i", content, matrix, a, b, 0, c, d, 0, *shift, 1 << 30)
    path.write_bytes(content)
    return path


def _elements(content: bytearray, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Kind, place and size of the elements of Matroska, those within others too."""
    while start < end:
        width = 9 - content[start].bit_length()
        kind = int.from_bytes(content[start : start + width], "big")
        start += width
        width = 9 - content[start].bit_length()
        size = int.from_bytes(content[start : start + width], "big") & ((1 << 7 * width) - 1)
        start += width
        if size == (1 << 7 * width) - 1:
            size = end - start
        yield kind, start, size
        if kind in _MASTERS:
            yield from _elements(content, start, start + size)
        start += size
