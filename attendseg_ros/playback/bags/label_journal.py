# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Results saved as they are computed, so that a long run that was killed can go on."""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from attendseg_ros.documents import MOST_BYTES, parse_json
from attendseg_ros.errors import DataError
from attendseg_ros.locks import lock
from attendseg_ros.playback.frames import Image

_START = b"attendseg labels 2\n"
# Key of the image, height, width, lengths of the two planes.
_HEAD = struct.Struct("<qIIIII")
# Of the head too: what a power cut makes of a file's end is often zeros, and those are no record.
_CHECKSUM = struct.Struct("<I")
_BEFORE_CONTENT = _HEAD.size + _CHECKSUM.size


_HALF = 1 << 63


class ImageKey(NamedTuple):
    """What tells an image message from the others of its topic, in whatever order they come."""

    time_ns: int
    checksum: int

    @classmethod
    def of(cls, time_ns: int, data: bytes) -> ImageKey:
        """The key of a message: its recording time, and a checksum of its bytes.

        Of times beyond 63 bits, which MCAP can hold and damaged files do, the sign is another.
        """
        return cls((time_ns + _HALF) % (2 * _HALF) - _HALF, zlib.crc32(data))


class Labels(NamedTuple):
    """The result for one image, uint8 (H, W) each; the confidence only where it was asked for."""

    mask: Image
    confidence: Image | None


class LabelJournal:
    """A file to which results are appended; only what was written whole is found again.

    Attributes:
        earlier: keys of the results that an earlier run left in it.
    """

    def __init__(self, path: Path, made_with: Mapping[str, Any], *, replace: bool = False) -> None:
        """Opens the file, or starts it.

        Args:
            path: the file.
            made_with: everything the results depend on.
            replace: whether results of anything else are dropped.

        Raises:
            DataError: the file cannot be written, another run is writing it, or it holds results
                of anything else.
        """
        self._path = path
        self._places: dict[ImageKey, int] = {}
        self._start = _START + json.dumps(made_with, sort_keys=True).encode() + b"\n"
        try:
            path.touch()
            self._file: BinaryIO = path.open("r+b")
        except OSError as error:
            raise DataError(f"{path}: cannot be written: {error.strerror}") from error
        try:
            lock(self._file.fileno(), path, path)
            if not replace:
                self._check_settings(made_with)
        except DataError:
            self._file.close()
            raise
        self._file.seek(self._find_records())
        self._file.truncate()
        self.earlier = frozenset(self._places)

    def __enter__(self) -> LabelJournal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __contains__(self, key: ImageKey) -> bool:
        return key in self._places

    def __len__(self) -> int:
        return len(self._places)

    def record(self, key: ImageKey, labels: Labels) -> None:
        """Appends the result for an image."""
        planes = [zlib.compress(labels.mask.tobytes(), 1), b""]
        if labels.confidence is not None:
            planes[1] = zlib.compress(labels.confidence.tobytes(), 1)
        height, width = labels.mask.shape
        content = b"".join(planes)
        place = self._file.seek(0, os.SEEK_END)
        head = _HEAD.pack(*key, height, width, len(planes[0]), len(planes[1]))
        self._file.write(head + _CHECKSUM.pack(zlib.crc32(head + content)) + content)
        self._file.flush()
        self._places[key] = place

    def get(self, key: ImageKey) -> Labels:
        """Reads the result for an image that is in the journal."""
        self._file.seek(self._places[key])
        _, _, height, width, first, second = _HEAD.unpack(self._file.read(_HEAD.size))
        self._file.seek(_CHECKSUM.size, os.SEEK_CUR)
        mask = _plane(self._file.read(first), (height, width))
        return Labels(mask, _plane(self._file.read(second), (height, width)) if second else None)

    def close(self) -> None:
        """Closes the file and leaves it for another run, if there is anything in it."""
        self._file.close()
        if not self._places:
            self._path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Deletes the file, when nothing is left to be resumed."""
        self._path.unlink()

    def _check_settings(self, made_with: Mapping[str, Any]) -> None:
        """Refuses to drop what may be the work of hours."""
        there = settings_of(self._path)
        other = [name for name in made_with if there.get(name) != made_with[name]]
        start = _START + json.dumps(there, sort_keys=True).encode() + b"\n"
        if there and other and self._path.stat().st_size > len(start):
            raise DataError(
                f"{self._path}: holds results of a run with another {' and '.join(other)}, which "
                "was stopped: give its command again to go on, another output, or --force to drop "
                "them"
            )

    def _find_records(self) -> int:
        """Finds the whole records; returns where the next one goes."""
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(0)
        if self._file.read(len(self._start)) != self._start:
            self._file.seek(0)
            self._file.write(self._start)
            return len(self._start)
        end = len(self._start)
        while end + _BEFORE_CONTENT <= size:
            head = self._file.read(_HEAD.size)
            (checksum,) = _CHECKSUM.unpack(self._file.read(_CHECKSUM.size))
            time_ns, key_checksum, _, _, first, second = _HEAD.unpack(head)
            if end + _BEFORE_CONTENT + first + second > size:
                break
            if zlib.crc32(head + self._file.read(first + second)) != checksum:
                break
            self._places[ImageKey(time_ns, key_checksum)] = end
            end += _BEFORE_CONTENT + first + second
        return end


def _plane(content: bytes, shape: tuple[int, int]) -> Image:
    return np.frombuffer(zlib.decompress(content), np.uint8).reshape(shape)


def settings_of(path: Path) -> Mapping[str, Any]:
    """What the results in a journal were made with; empty where there is none."""
    try:
        with path.open("rb") as file:
            if file.readline() != _START:
                return {}
            made_with = parse_json(file.readline(MOST_BYTES), str(path))
            return made_with if isinstance(made_with, dict) else {}
    except (OSError, DataError):
        return {}
