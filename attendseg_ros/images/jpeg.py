# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A JPEG taken apart: where it begins, its size, its scans, and what they hold.

libjpeg skips stray bytes before a picture and between its segments, and so do we.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

from attendseg_ros.images.bad_image import BadImageError, Reason

_SOI = b"\xff\xd8"
EOI = b"\xff\xd9"
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

_MOST_BYTES_BEFORE = 65536

HOLE = bytes(64)
"""Zeros of which no block of usual tables can be made: two with every coefficient -1 take 48."""


@dataclass
class Scan:
    """Where the data of a scan begin and end, and of how many components they are."""

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
        scans: where its data are.
        ended: whether it has an end marker.
        progressive: whether its scans refine each other.
        interval: units of blocks from one restart to the next; 0 without restarts.
        sampling: horizontal and vertical factor of each component.
        lacking: by component, the coefficients that no scan brings to their last bit.
        flat_zeros: of each table of AC codes, whether that of zeros ends a block.
    """

    picture: bytes
    width: int = 0
    height: int = 0
    kind: str = ""
    scans: list[Scan] = field(default_factory=list)
    ended: bool = False
    progressive: bool = False
    interval: int = 0
    sampling: tuple[tuple[int, int], ...] = ()
    lacking: dict[int, set[int]] = field(default_factory=dict)
    flat_zeros: list[bool] = field(default_factory=list)

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
            if marker == EOI[1]:
                self.ended = True
                break
            if marker in range(0xD0, 0xD9) or marker == 0x01:
                position = body
                continue
            if marker == _JPEG_LS and not self.scans:
                raise BadImageError(
                    Reason.UNDECODABLE,
                    "it is a JPEG-LS, which OpenCV does not read: save it as PNG",
                )
            if self.scans and marker not in _AFTER_A_SCAN:
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
                if stop is None and scan.endswith(HOLE) and not self.zeros_are_blocks:
                    # The rest of a buffer. One may belong to a last byte 0xFF, and does no harm.
                    scan = scan.rstrip(b"\0") + b"\0"
                kept += [b"\xff", bytes([marker]), data[body:end], scan]
                length += 2 + end - body
                self.scans.append(Scan(length, length + len(scan), data[body + 2]))
                self._note_scan(data[body + 2 : end])
                length += len(scan)
                end = rest
            else:
                kept += [b"\xff", bytes([marker]), data[body:end]]
                length += 2 + end - body
            position = end
        if not self.scans or not self.sampling:
            raise BadImageError(
                Reason.TRUNCATED, f"the JPEG of {len(data)} bytes ends before its picture"
            )
        kept.append(EOI)
        self.picture = b"".join(kept)

    def _note(self, marker: int, body: bytes) -> None:
        if marker in _FRAMES and len(body) >= 6:
            self.height, self.width, count = struct.unpack_from(">HHB", body, 1)
            factors = body[7 : 6 + 3 * count : 3]
            self.lacking = {number: set(range(64)) for number in body[6 : 6 + 3 * count : 3]}
            self.sampling = tuple((factor >> 4 or 1, factor & 15 or 1) for factor in factors)
            self.progressive = marker in _PROGRESSIVE
            if body[0] != 8:
                self.kind = f"a JPEG of {body[0]} bits a sample"
            elif marker in _LOSSLESS:
                self.kind = "a lossless JPEG"
        elif marker == _DRI and len(body) >= 2:
            (self.interval,) = struct.unpack_from(">H", body)
        elif marker == _DHT:
            self._note_tables(body)

    def _note_scan(self, body: bytes) -> None:
        """Which coefficients of which components a scan brings to their last bit."""
        count = body[0] if body else 0
        if len(body) < 4 + 2 * count:
            return
        first, last, bits = body[1 + 2 * count : 4 + 2 * count]
        brought = set(range(first, last + 1)) if self.progressive else set(range(64))
        for number in body[1 : 1 + 2 * count : 2]:
            if number in self.lacking and not (self.progressive and bits & 15):
                self.lacking[number] -= brought

    def _note_tables(self, body: bytes) -> None:
        """Whether the code of zeros, each table's first, ends a block."""
        position = 0
        while position + 17 < len(body):
            count = sum(body[position + 1 : position + 17])
            if body[position] >> 4:
                self.flat_zeros.append(body[position + 17] == 0)
            position += 17 + count

    @property
    def zeros_are_blocks(self) -> bool:
        """Whether zeros may be data: flat blocks."""
        return bool(self.flat_zeros) and all(self.flat_zeros)

    def unit_size(self) -> tuple[int, int]:
        """Width and height in pixels of what is coded together."""
        if len(self.sampling) == 1:
            return 8, 8
        return 8 * max(h for h, _ in self.sampling), 8 * max(v for _, v in self.sampling)

    def units(self) -> tuple[int, int]:
        """How many of these lie across and down the picture."""
        width, height = self.unit_size()
        return -(-self.width // width), -(-self.height // height)


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
