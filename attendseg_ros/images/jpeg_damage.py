# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether parts of a JPEG are missing or made up, which OpenCV takes for decoded.

libjpeg goes on where data are missing, which leaves grey blocks, and where they make no sense. It
prints the first of its warnings alone; the rest is found by decoding changed data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.images.bad_image import BadImageError, Reason
from attendseg_ros.images.jpeg import EOI, HOLE, Jpeg

_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
# Data that a whole picture cannot do without.
_SPARE = 64
# Two that differ in every bit: what a decoder makes of a scan that has all its data is the same.
_FILLERS = (b"\xa5\x5a\x3c" * 40, b"\x5a\xa5\xc3" * 40)
_BLANK = 128

# What it says where it has made up blocks. All else is of no matter: bytes that are too many stand
# in every picture of some cameras, as Logitech's C270.
_ENDS_EARLY = "premature end of data segment"
_DAMAGE = {
    _ENDS_EARLY: "data end before the blocks that they are to fill",
    "bad Huffman code": "there is a code that its tables do not have",
    "bad arithmetic code": "there is a code that makes no sense",
    "Inconsistent progression": "a scan refines what no scan before it brought",
    "instead of RST": "a restart marker is lost",
}

_LITTLE = 2.0
"""Units of blocks that may be made up: encoders that leave out their last bits cost one, and its
neighbours' colours."""


class DecodedJpeg:
    """A JPEG, and what a decoder made of it."""

    def __init__(
        self, jpeg: Jpeg, pixels: NDArray[Any], decode: Callable[[bytes], NDArray[Any]]
    ) -> None:
        """Looks at nothing yet.

        Args:
            jpeg: taken apart.
            pixels: what its `picture` was decoded to, not turned.
            decode: decodes another one likewise.
        """
        self._jpeg = jpeg
        self._pixels = pixels
        self._decode = decode

    def check_whole(self) -> None:
        """Refuses a JPEG of which a part is missing, as far as a decoder can tell.

        Raises:
            BadImageError: data end early, scans or restarts are missing, or zeros stand in their
                place.
        """
        jpeg, size = self._jpeg, f"the JPEG of {len(self._jpeg.picture)} bytes"
        if any(jpeg.lacking.values()) and not (jpeg.ended and jpeg.progressive):
            # With an end marker it may be meant: a progressive JPEG need not send every detail.
            raise BadImageError(
                Reason.TRUNCATED,
                f"{size} ends behind scan {len(jpeg.scans)}, and its picture is not complete by "
                "then",
            )
        simple = not jpeg.progressive and len(jpeg.scans) == 1
        if simple:
            self._check_zeros()
            self._check_restarts()
        if jpeg.ended and simple and not self._has_blanks():
            return
        for filler in _FILLERS:
            if not np.array_equal(self._decode(self._filled(filler)), self._pixels):
                missing = "" if jpeg.ended else ", and it has no end marker"
                raise BadImageError(Reason.TRUNCATED, f"{size} lacks a part of its data{missing}")

    def check_heard(self, said: Iterable[str]) -> None:
        """Refuses it where blocks are made up, by libjpeg's own word.

        A changed byte shifts all blocks behind it, so that a mask of them is one of no scene.

        Args:
            said: libjpeg's lines.

        Raises:
            BadImageError: says what is the matter, in our words.
        """
        for line in said:
            for sign, meaning in _DAMAGE.items():
                if sign in line and not (sign == _ENDS_EARLY and self._made_up() <= _LITTLE):
                    raise BadImageError(
                        Reason.UNDECODABLE, f"the JPEG's data are damaged on their way: {meaning}"
                    )

    def _made_up(self) -> float:
        """How much of the picture a decoder made up where data end early, in units of blocks."""
        other = self._decode(self._filled(_FILLERS[0])).reshape(*self._pixels.shape[:2], -1)
        made_up = (other != self._pixels.reshape(other.shape)).any(axis=2)
        width, height = self._jpeg.unit_size()
        return float(np.count_nonzero(made_up) / (width * height))

    def _check_zeros(self) -> None:
        scan = self._jpeg.scans[0]
        hole = self._jpeg.picture.find(HOLE, scan.start, scan.end)
        if hole < 0:
            return
        # Tables made for the picture may give zeros to blocks that are flat. In place of others
        # they make too many blocks, and the picture is full before its data end.
        if self._jpeg.zeros_are_blocks:
            end = scan.end - min(_SPARE, (scan.end - scan.start) // 4)
            shorter = self._decode(self._jpeg.picture[:end] + EOI)
            whole = self._has_blanks() or not np.array_equal(shorter, self._pixels)
        else:
            whole = False
        if not whole:
            raise BadImageError(
                Reason.TRUNCATED, f"the JPEG has zeros in place of data from byte {hole} on"
            )

    def _check_restarts(self) -> None:
        if not self._jpeg.interval:
            return
        scan = self._jpeg.scans[0]
        marks = [
            self._jpeg.picture[found.start() + 1] - 0xD0
            for found in _RESTART.finditer(self._jpeg.picture, scan.start, scan.end)
        ]
        across, down = self._jpeg.units()
        wanted = -(-across * down // self._jpeg.interval) - 1
        in_order = all(mark == number % 8 for number, mark in enumerate(marks))
        # Some cameras restart once more after the last block.
        if not in_order or not wanted <= len(marks) <= wanted + 1:
            raise BadImageError(
                Reason.TRUNCATED,
                f"the JPEG has {len(marks)} restart markers where its size takes {wanted}"
                + ("" if in_order else ", and not in their order"),
            )

    def _has_blanks(self) -> bool:
        """Whether the last block of a run is what a decoder makes of none: mid-grey."""
        if len(self._jpeg.sampling) > 3 or self._pixels.shape[:2] != (
            self._jpeg.height,
            self._jpeg.width,
        ):
            return True
        across, down = self._jpeg.units()
        last = across * down - 1
        ends = np.arange(self._jpeg.interval - 1, last, self._jpeg.interval or last + 1)
        units = np.append(ends[ends >= 0], last)
        width, height = self._jpeg.unit_size()
        rows = np.minimum(units // across * height + height, self._jpeg.height) - 1
        columns = np.minimum(units % across * width + width, self._jpeg.width) - 1
        ended = self._pixels.reshape(self._jpeg.height, self._jpeg.width, -1)[rows, columns]
        return bool((ended == _BLANK).all(axis=1).any())

    def _filled(self, filler: bytes) -> bytes:
        """The picture with more data after each run of data; a decoder skips what is too much."""
        parts, position = [], 0
        for scan in self._jpeg.scans:
            marks = _RESTART.finditer(self._jpeg.picture, scan.start, scan.end)
            for end in (*(found.start() for found in marks), scan.end):
                parts += [self._jpeg.picture[position:end], filler]
                position = end
        parts.append(self._jpeg.picture[position:])
        return b"".join(parts)
