# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Opens the SQLite files of bags as SQLite itself does, and changes no byte of them."""

from __future__ import annotations

import os
import shutil
import sqlite3
import struct
from pathlib import Path

from attendseg_ros.errors import DataError
from attendseg_ros.playback.bags.scratch import kept

_JOURNAL_START = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
_DATABASE_START = b"SQLite format 3\0"
_HEADER_SIZE = 100
_TRIES = 3


class SqliteFile:
    """A database that is only read.

    A recorder that was killed, or still records, leaves messages in a file `-wal` beside the
    database, and what it was changing in a file `-journal`. With both SQLite wants to write: it
    makes a file `-shm`, or rolls back. Where it cannot do without, it does so with a copy.

    Attributes:
        name: the file's name.
        is_cut_off: whether the file is shorter than its own header says.
        bytes_behind: how long what was joined to it is, another database; 0 for nothing.
    """

    def __init__(self, path: Path) -> None:
        """Finds out how to open it.

        Args:
            path: the database.

        Raises:
            DataError: a copy is needed and cannot be made.
        """
        self.name = path.name
        # SQLite looks for companions beside the file that a link leads to.
        path = Path(os.path.realpath(path))
        wal, journal = (_beside(path, suffix) for suffix in ("-wal", "-journal"))
        is_hot = _starts_with(journal, _JOURNAL_START)
        has_wal = _size(wal) > 0
        self._options = "immutable=1"
        if has_wal and not is_hot and _beside(path, "-shm").is_file():
            # SQLite then builds its index over the -wal in memory, and locks as it should.
            self._options = "mode=ro&readonly_shm=1"
        elif has_wal or is_hot:
            path = _copied(path, [wal, journal])
            self._options = "mode=rw"
        self._path = path
        # What is in a -wal may be longer than the file.
        size, announced = _size(path), _announced_size(path)
        is_whole = announced is None or announced <= size
        self.is_cut_off = self._options == "immutable=1" and not is_whole
        self.bytes_behind = 0
        if announced and _starts_another(path, announced):
            self.bytes_behind = size - announced

    def open(self) -> sqlite3.Connection:
        """Opens the database.

        Raises:
            sqlite3.Error: It cannot be opened.
        """
        # as_uri quotes "#", "?" and "%", which mean something in a URI.
        uri = f"{self._path.as_uri()}?{self._options}"
        # The one thread at a time that reads may be another one than that which opens.
        database = sqlite3.connect(uri, uri=True, check_same_thread=False)
        database.text_factory = lambda data: data.decode(errors="replace")
        if self.is_cut_off:
            # SQLite refuses a file that is shorter than its header says, except in this mode,
            # which is meant for repairs. The file itself is opened read-only.
            database.execute("PRAGMA writable_schema=ON")
        return database


def _copied(path: Path, companions: list[Path]) -> Path:
    state = [*_state(path, companions), *(_size(file) for file in companions)]
    return kept(path, state, lambda folder: _copy(path, companions, folder))


def _copy(path: Path, companions: list[Path], folder: Path) -> Path:
    """Copies a database and what lies beside it as they were at one moment."""
    target = folder / path.name
    try:
        for _ in range(_TRIES):
            before = _state(path, companions)
            shutil.copyfile(path, target)
            for companion in companions:
                if companion.is_file():
                    shutil.copyfile(companion, folder / companion.name)
            if _state(path, companions) == before:
                return target
    except OSError as error:
        raise DataError(
            f"{path}: SQLite needs a copy to read what lies in {companions[0].name} or "
            f"{companions[1].name}, and it cannot be made in {folder}: {error.strerror}; the "
            "environment variable TMPDIR names another folder"
        ) from error
    raise DataError(f"{path}: is being written; read it when the recording has ended")


def _state(path: Path, companions: list[Path]) -> list[object]:
    """What changes when a writer puts anything into the database: not what it only appends."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, *(_head(file, 32) for file in companions)]


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _starts_with(path: Path, magic: bytes) -> bool:
    return _head(path, len(magic)) == magic


def _head(path: Path, size: int) -> bytes:
    if not path.is_file():
        return b""
    with path.open("rb") as stream:
        return stream.read(size)


def _starts_another(path: Path, position: int) -> bool:
    """Whether another database starts at this byte of a file."""
    with path.open("rb") as stream:
        stream.seek(position)
        return stream.read(len(_DATABASE_START)) == _DATABASE_START


def _announced_size(path: Path) -> int | None:
    """How long a database is by its own header; None where that does not count."""
    header = _head(path, _HEADER_SIZE)
    if len(header) < _HEADER_SIZE:
        return _HEADER_SIZE
    page_size = struct.unpack_from(">H", header, 16)[0]
    pages: int = struct.unpack_from(">I", header, 28)[0]
    # The number of pages counts only where the last writer was one that keeps it.
    is_kept = header[24:28] == header[92:96]
    return pages * (65536 if page_size == 1 else page_size) if is_kept else None
