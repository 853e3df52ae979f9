# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What OpenCV does not say of a JPEG: where it begins, its size, and whether anything is missing.

libjpeg skips stray bytes between segments and goes on where data are missing, which leaves grey
blocks. OpenCV takes what comes as decoded. Here is what can be told without libjpeg's warnings,
of which it prints the first alone.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.images.bad_image import BadImageError, Reason

_SOI = b"\xff\xd8"
_EOI = b"\xff\xd9"
_BEGINNING = b"\xff\xd8\xff"
_SOS, _DHT, _DRI = 0xDA, 0xC4, 0xDD
# SOF0..SOF15 hold the size; C4, C8 and CC lie between them but are tables.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LOSSLESS = frozenset({0xC3, 0xC7, 0xCB, 0xCF})
_JPEG_LS = 0xF7
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_AFTER_A_SCAN = frozenset({0xC4, 0xDA, 0xDB, 0xDC, 0xDD, 0xFE, *range(0xE0, 0xF0)})
# In a scan's data 0xFF stands before zero or a restart; before anything else it ends the data.
_END_OF_DATA = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")

_MOST_BYTES_BEFORE = 65536
# Zeros of which no block of usual tables can be made: two with every coefficient -1 take 48.
_HOLE = bytes(64)
# Data that a whole picture cannot do without.
_SPARE = 64
# Two that differ in every bit: what a decoder makes of a scan that has all its data is the same.
_FILLERS = (b"\xa5\x5a\x3c" * 40, b"\x5a\xa5\xc3" * 40)
_BLANK = 128


@dataclass
class _Scan:
    start: int
    end: int
    components: int


@dataclass
class Jpeg:
    """A JPEG taken apart.

    Attributes:
        picture: the JPEG that libjpeg would make of the bytes: without what stands before it and
            between its segments, and with an end.
        width: pixels.
        height: pixels.
        kind: what it is in words where that is no kind that cameras send; else empty.
    """

    picture: bytes
    width: int = 0
    height: int = 0
    kind: str = ""
    _scans: list[_Scan] = field(default_factory=list)
    _ended: bool = False
    _progressive: bool = False
    _interval: int = 0
    _sampling: tuple[tuple[int, int], ...] = ()
    _lacking: dict[int, set[int]] = field(default_factory=dict)
    _flat_zeros: list[bool] = field(default_factory=list)

    @classmethod
    def find(cls, data: bytes) -> Jpeg | None:
        """Takes a JPEG apart; None where the bytes are not a JPEG.

        Raises:
            BadImageError: it ends before its picture begins.
        """
        start = 0 if data.startswith(_SOI) else data.find(_BEGINNING, 0, _MOST_BYTES_BEFORE)
        if start < 0 or (start > 0 and is_other_picture(data)):
            return None
        jpeg = cls(data)
        jpeg._take_apart(data, start)
        return jpeg

    def _take_apart(self, data: bytes, start: int) -> None:
        kept: list[bytes] = [_SOI]
        position = start + len(_SOI)
        length = len(_SOI)
        while (found := _next_marker(data, position)) is not None:
            marker, body = found
            if marker == _EOI[1]:
                self._ended = True
                break
            if marker in range(0xD0, 0xD9) or marker == 0x01:
                position = body
                continue
            if marker == _JPEG_LS and not self._scans:
                raise BadImageError(
                    Reason.UNDECODABLE,
                    "it is a JPEG-LS, which OpenCV does not read: save it as PNG",
                )
            if self._scans and marker not in _AFTER_A_SCAN:
                raise BadImageError(
                    Reason.TRUNCATED, f"the JPEG's data are damaged before byte {body}"
                )
            if body + 2 > len(data):
                break
            end = body + int(struct.unpack_from(">H", data, body)[0])
            if end > len(data) or end < body + 2:
                break
            self._note(marker, data[body + 2 : end])
            if marker == _SOS:
                stop = _END_OF_DATA.search(data, end)
                rest = stop.start() if stop else len(data)
                scan = data[end:rest].rstrip(b"\xff")
                if stop is None and scan.endswith(_HOLE) and not self._zeros_are_blocks:
                    # The rest of a buffer. One may belong to a last byte 0xFF, and does no harm.
                    scan = scan.rstrip(b"\0") + b"\0"
                kept += [b"\xff", bytes([marker]), data[body:end], scan]
                length += 2 + end - body
                self._scans.append(_Scan(length, length + len(scan), data[body + 2]))
                self._note_scan(data[body + 2 : end])
                length += len(scan)
                end = rest
            else:
                kept += [b"\xff", bytes([marker]), data[body:end]]
                length += 2 + end - body
            position = end
        if not self._scans or not self._sampling:
            raise BadImageError(
                Reason.TRUNCATED, f"the JPEG of {len(data)} bytes ends before its picture"
            )
        kept.append(_EOI)
        self.picture = b"".join(kept)

    def _note(self, marker: int, body: bytes) -> None:
        if marker in _FRAMES and len(body) >= 6:
            self.height, self.width, count = struct.unpack_from(">HHB", body, 1)
            factors = body[7 : 6 + 3 * count : 3]
            self._lacking = {number: set(range(64)) for number in body[6 : 6 + 3 * count : 3]}
            self._sampling = tuple((factor >> 4 or 1, factor & 15 or 1) for factor in factors)
            self._progressive = marker in _PROGRESSIVE
            if body[0] != 8:
                self.kind = f"a JPEG of {body[0]} bits a sample"
            elif marker in _LOSSLESS:
                self.kind = "a lossless JPEG"
        elif marker == _DRI and len(body) >= 2:
            (self._interval,) = struct.unpack_from(">H", body)
        elif marker == _DHT:
            self._note_tables(body)

    def _note_scan(self, body: bytes) -> None:
        """Which coefficients of which components a scan brings to their last bit."""
        count = body[0] if body else 0
        if len(body) < 4 + 2 * count:
            return
        first, last, bits = body[1 + 2 * count : 4 + 2 * count]
        brought = set(range(first, last + 1)) if self._progressive else set(range(64))
        for number in body[1 : 1 + 2 * count : 2]:
            if number in self._lacking and not (self._progressive and bits & 15):
                self._lacking[number] -= brought

    def _note_tables(self, body: bytes) -> None:
        """Whether the code of zeros, each table's first, ends a block."""
        position = 0
        while position + 17 < len(body):
            count = sum(body[position + 1 : position + 17])
            if body[position] >> 4:
                self._flat_zeros.append(body[position + 17] == 0)
            position += 17 + count

    def check_whole(self, pixels: NDArray[Any], decode: Callable[[bytes], NDArray[Any]]) -> None:
        """Refuses a JPEG of which a part is missing, as far as a decoder can tell.

        Args:
            pixels: what `picture` was decoded to, not turned.
            decode: decodes another one likewise.

        Raises:
            BadImageError: data end early, scans or restarts are missing, or zeros stand in their
                place.
        """
        if any(self._lacking.values()) and not (self._ended and self._progressive):
            # With an end marker it may be meant: a progressive JPEG need not send every detail.
            raise BadImageError(
                Reason.TRUNCATED,
                f"the JPEG of {len(self.picture)} bytes ends behind scan {len(self._scans)}, and "
                "its picture is not complete by then",
            )
        simple = not self._progressive and len(self._scans) == 1
        if simple:
            self._check_zeros(pixels, decode)
            self._check_restarts()
        if self._ended and simple and not self._has_blanks(pixels):
            return
        for filler in _FILLERS:
            if not np.array_equal(decode(self._filled(filler)), pixels):
                missing = "" if self._ended else ", and it has no end marker"
                raise BadImageError(
                    Reason.TRUNCATED,
                    f"the JPEG of {len(self.picture)} bytes lacks a part of its data{missing}",
                )

    def share_made_up(self, pixels: NDArray[Any], decode: Callable[[bytes], NDArray[Any]]) -> float:
        """How much of the picture a decoder made up where data end early, in units of its blocks.

        Args:
            pixels: as for `check_whole`.
            decode: likewise.
        """
        other = decode(self._filled(_FILLERS[0])).reshape(*pixels.shape[:2], -1)
        made_up = (other != pixels.reshape(other.shape)).any(axis=2)
        width, height = self._unit_size()
        return float(np.count_nonzero(made_up) / (width * height))

    def _check_zeros(self, pixels: NDArray[Any], decode: Callable[[bytes], NDArray[Any]]) -> None:
        scan = self._scans[0]
        hole = self.picture.find(_HOLE, scan.start, scan.end)
        if hole < 0:
            return
        # Tables made for the picture may give zeros to blocks that are flat. In place of others
        # they make too many blocks, and the picture is full before its data end.
        if self._zeros_are_blocks:
            end = scan.end - min(_SPARE, (scan.end - scan.start) // 4)
            shorter = decode(self.picture[:end] + _EOI)
            whole = self._has_blanks(pixels) or not np.array_equal(shorter, pixels)
        else:
            whole = False
        if not whole:
            raise BadImageError(
                Reason.TRUNCATED, f"the JPEG has zeros in place of data from byte {hole} on"
            )

    @property
    def _zeros_are_blocks(self) -> bool:
        """Whether zeros may be data: flat blocks."""
        return bool(self._flat_zeros) and all(self._flat_zeros)

    def _check_restarts(self) -> None:
        if not self._interval:
            return
        scan = self._scans[0]
        marks = [
            self.picture[found.start() + 1] - 0xD0
            for found in _RESTART.finditer(self.picture, scan.start, scan.end)
        ]
        across, down = self._units()
        wanted = -(-across * down // self._interval) - 1
        in_order = all(mark == number % 8 for number, mark in enumerate(marks))
        # Some cameras restart once more after the last block.
        if not in_order or not wanted <= len(marks) <= wanted + 1:
            raise BadImageError(
                Reason.TRUNCATED,
                f"the JPEG has {len(marks)} restart markers where its size takes {wanted}"
                + ("" if in_order else ", and not in their order"),
            )

    def _unit_size(self) -> tuple[int, int]:
        """Width and height in pixels of what is coded together."""
        if len(self._sampling) == 1:
            return 8, 8
        return 8 * max(h for h, _ in self._sampling), 8 * max(v for _, v in self._sampling)

    def _units(self) -> tuple[int, int]:
        width, height = self._unit_size()
        return -(-self.width // width), -(-self.height // height)

    def _has_blanks(self, pixels: NDArray[Any]) -> bool:
        """Whether the last block of a run is what a decoder makes of none: mid-grey."""
        if len(self._sampling) > 3 or pixels.shape[:2] != (self.height, self.width):
            return True
        across, down = self._units()
        last = across * down - 1
        ends = np.arange(self._interval - 1, last, self._interval or last + 1)
        units = np.append(ends[ends >= 0], last)
        width, height = self._unit_size()
        rows = np.minimum(units // across * height + height, self.height) - 1
        columns = np.minimum(units % across * width + width, self.width) - 1
        ended = pixels.reshape(self.height, self.width, -1)[rows, columns]
        return bool((ended == _BLANK).all(axis=1).any())

    def _filled(self, filler: bytes) -> bytes:
        """The picture with more data after each run of data; a decoder skips what is too much."""
        parts, position = [], 0
        for scan in self._scans:
            marks = _RESTART.finditer(self.picture, scan.start, scan.end)
            for end in (*(found.start() for found in marks), scan.end):
                parts += [self.picture[position:end], filler]
                position = end
        parts.append(self.picture[position:])
        return b"".join(parts)


def is_other_picture(data: bytes) -> bool:
    """Whether the bytes begin like a picture, or a container of pictures, that is no JPEG."""
    return bool(
        data.startswith(
            (b"\x89PNG", b"BM", b"GIF8", b"II*\x00", b"MM\x00*", b"RIFF", b"\xff\x4f\xff\x51")
        )
        or data[4:8] in (b"ftyp", b"jP  ")
        or re.match(rb"P[1-7Ff]\s", data)
    )


def _next_marker(data: bytes, position: int) -> tuple[int, int] | None:
    """The next marker, with the position after it; stray and filling bytes are skipped."""
    while True:
        position = data.find(b"\xff", position)
        if position < 0:
            return None
        while position < len(data) and data[position] == 0xFF:
            position += 1
        if position == len(data):
            return None
        if data[position]:
            return data[position], position + 1
