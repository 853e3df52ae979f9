# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a video's file says of its own length: of pictures or of sound, and whether all is there.

OpenCV gives the number of frames that a container counts, and where it counts none its length
times the rate. That length is the longest track's, and sound seldom ends with the pictures.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from attendseg_ros.playback.movie_boxes import is_mirrored, shown_s, transfer

_EBML, _SEGMENT, _CLUSTER = b"\x1a\x45\xdf\xa3", 0x18538067, 0x1F43B675
_TRACKS, _TRACK, _TRACK_TYPE = 0x1654AE6B, 0xAE, 0x83
_PICTURES, _SOUND = 1, 2
_VIDEO, _COLOUR, _TRANSFER = 0xE0, 0x55B0, 0x55BA
_CURVE = (_TRACK, _VIDEO, _COLOUR, _TRANSFER)
_HDR = {16: "PQ", 18: "HLG"}
_FLV_HEADER = 13
_MOST_TAGS = 1 << 20
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_MOST_ELEMENTS = 4096
_SYNC = b"G"
# Where a packet's sign stands, and how long packets are: as they are sent, with times, with parity.
_PACKETS = ((0, 188), (4, 192), (0, 204))
_PACKETS_LOOKED_AT = 5
_LONGEST_DESCRIPTION = 1 << 26


@dataclass(frozen=True)
class Container:
    """What can be told of a video's file.

    Attributes:
        counts_frames: whether its number of frames is one that was counted.
        length_is_of_pictures: whether no sound can make it longer than its pictures.
        is_cut_off: whether the file is shorter than it says.
        lacks_description: whether what tells where its pictures lie is missing, as in an MP4 file
            whose recorder was not ended.
        is_joined: whether further files follow in the same one, which no decoder reads.
        has_no_pictures: whether it describes sound alone.
        ends_amid_packet: whether the end of a stream is missing, which does not say how long it is.
        is_mirrored: whether its pictures are shown as in a mirror, besides being turned.
        shown_s: how long its pictures are shown where a list of edits says so, seconds; else 0.
        transfer: the curve of brightness, as ITU-T H.273 numbers them; 0 where it is not said.
    """

    counts_frames: bool = False
    length_is_of_pictures: bool = False
    is_cut_off: bool = False
    lacks_description: bool = False
    is_joined: bool = False
    has_no_pictures: bool = False
    ends_amid_packet: bool = False
    is_mirrored: bool = False
    shown_s: float = 0.0
    transfer: int = 0

    @property
    def hdr(self) -> str:
        """The name of a curve that reaches beyond what ordinary screens show; "" for others."""
        return _HDR.get(self.transfer, "")


def read_container(path: Path) -> Container:
    """Looks into MP4, MOV, Matroska, AVI, FLV, WMV and MPEG-TS; of others nothing is known."""
    try:
        with path.open("rb") as stream:
            return _read(stream, path.stat().st_size)
    # Damaged at its start: the decoder will say so.
    except (OSError, struct.error, IndexError):
        return Container()


def _read(stream: BinaryIO, size: int) -> Container:
    head = stream.read(16)
    if head[4:8] == b"ftyp":
        return _of_boxes(stream, size)
    if head.startswith(_EBML):
        return _of_matroska(stream, size)
    if head.startswith(b"FLV"):
        return _of_tags(stream, size)
    if head == _ASF:
        return _of_objects(stream, size)
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        # The header of an AVI file counts the frames of its pictures. A length of nothing is that
        # of a recording that was not ended.
        length = struct.unpack_from("<I", head, 4)[0]
        return Container(length_is_of_pictures=True, is_cut_off=8 + length > size)
    return _of_packets(stream, head, size)


def _of_packets(stream: BinaryIO, head: bytes, size: int) -> Container:
    """Of an MPEG transport stream: packets of one size, and no word of how many."""
    for first, length in _PACKETS:
        if head[first : first + 1] != _SYNC:
            continue
        places = range(first, min(size, first + _PACKETS_LOOKED_AT * length), length)
        if all(stream.seek(place) == place and stream.read(1) == _SYNC for place in places):
            return Container(ends_amid_packet=len(places) > 1 and size % length != 0)
    return Container()


def _of_tags(stream: BinaryIO, size: int) -> Container:
    """Of an FLV file: its length counts from zero, and its pictures may begin later than that."""
    # Behind each tag stands how long it is, the last one too.
    stream.seek(max(0, size - 4))
    (length,) = struct.unpack(">I", stream.read(4))
    stream.seek(max(0, size - 4 - length))
    tag = stream.read(4)
    is_whole = length == 11 + int.from_bytes(tag[1:], "big")
    return Container(is_cut_off=not is_whole, is_joined=_has_second_start(stream, size))


def _has_second_start(stream: BinaryIO, size: int) -> bool:
    """Whether the header of an FLV file stands where a tag should."""
    position = _FLV_HEADER
    for _ in range(_MOST_TAGS):
        stream.seek(position)
        tag = stream.read(4)
        if tag[:3] == b"FLV":
            return True
        if len(tag) < 4 or position >= size:
            break
        position += 11 + int.from_bytes(tag[1:], "big") + 4
    return False


def _of_objects(stream: BinaryIO, size: int) -> Container:
    """Of an ASF file, as WMV is: it says how long it is, unless it was broadcast."""
    stream.seek(0)
    header = stream.read(1 << 16)
    place = header.find(_ASF_PROPERTIES)
    if place < 0 or len(header) < place + 92:
        return Container()
    (stated,) = struct.unpack_from("<Q", header, place + 40)
    (flags,) = struct.unpack_from("<I", header, place + 88)
    if flags & 1:
        return Container()
    stream.seek(min(stated, size))
    return Container(is_cut_off=stated > size, is_joined=stream.read(16) == _ASF)


def _of_boxes(stream: BinaryIO, size: int) -> Container:
    position, described, in_pieces, is_joined = 0, b"", False, False
    for _ in range(_MOST_ELEMENTS):
        stream.seek(position)
        header = stream.read(16)
        if len(header) < 8:
            break
        length, kind = struct.unpack_from(">I4s", header)
        if length == 1:
            (length,) = struct.unpack_from(">Q", header, 8)
        length = length or size - position
        if kind == b"moov" and described:
            is_joined = True
        elif kind == b"moov":
            stream.seek(position)
            described = stream.read(min(length, _LONGEST_DESCRIPTION))
        in_pieces = in_pieces or kind == b"moof"
        if length < 8:
            break
        position += length
        if position > size:
            break
    in_pieces = in_pieces or b"mvex" in described
    return Container(
        counts_frames=not in_pieces,
        length_is_of_pictures=not in_pieces or b"soun" not in described,
        is_cut_off=position > size,
        lacks_description=not described,
        is_joined=is_joined,
        is_mirrored=is_mirrored(described),
        shown_s=shown_s(described),
        transfer=transfer(described),
    )


def _of_matroska(stream: BinaryIO, size: int) -> Container:
    has_sound = has_pictures = is_cut_off = False
    curve = 0
    for kind, start, end in _elements(stream, 0, size):
        if kind == _SEGMENT:
            is_cut_off = end > size
            for inner, first, last in _elements(stream, start, min(end, size)):
                if inner == _TRACKS:
                    kinds = _kinds_of_tracks(stream, first, min(last, size))
                    has_sound, has_pictures = _SOUND in kinds, _PICTURES in kinds
                    curve = _within(stream, first, min(last, size), _CURVE)
                if inner == _CLUSTER:
                    break
            break
    return Container(
        length_is_of_pictures=not has_sound,
        is_cut_off=is_cut_off,
        has_no_pictures=has_sound and not has_pictures,
        transfer=curve,
    )


def _within(stream: BinaryIO, start: int, end: int, path: Sequence[int]) -> int:
    """The number in the first element that a path of kinds leads to; 0 where there is none."""
    for kind, first, last in _elements(stream, start, end):
        if kind != path[0]:
            continue
        if len(path) > 1:
            if found := _within(stream, first, min(last, end), path[1:]):
                return found
        elif last - first <= 8:
            stream.seek(first)
            return int.from_bytes(stream.read(last - first), "big")
    return 0


def _kinds_of_tracks(stream: BinaryIO, start: int, end: int) -> set[int]:
    kinds: set[int] = set()
    for kind, first, last in _elements(stream, start, end):
        if kind != _TRACK:
            continue
        for inner, place, stop in _elements(stream, first, min(last, end)):
            stream.seek(place)
            if inner == _TRACK_TYPE and stop - place == 1:
                kinds.update(stream.read(1))
    return kinds


def _elements(stream: BinaryIO, position: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The kind of each element, where its content begins, and where it says that it ends."""
    for _ in range(_MOST_ELEMENTS):
        if position >= end:
            return
        stream.seek(position)
        header = stream.read(12)
        kind_size = 9 - header[0].bit_length()
        if kind_size == 9 or not header[kind_size]:
            raise struct.error("neither the kind nor the length of an element begins with a zero")
        length = 9 - header[kind_size].bit_length()
        start = position + kind_size + length
        value = int.from_bytes(header[kind_size : kind_size + length], "big")
        value &= (1 << 7 * length) - 1
        # All ones: of no known length, as in live recordings.
        stop = end if value == (1 << 7 * length) - 1 else start + value
        yield int.from_bytes(header[:kind_size], "big"), start, stop
        position = stop
