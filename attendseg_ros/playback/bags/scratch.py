# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Copies and unpacked files in the folder for temporary ones, made once and gone at the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from attendseg_ros.errors import DataError
from attendseg_ros.playback.file_kinds import in_words
from attendseg_ros.temporary import TemporaryFolder

T = TypeVar("T")

# A bag is opened several times on its way, and again for each loop of a playback.
_kept: dict[Path, tuple[object, TemporaryFolder, Any]] = {}
_lock = RLock()


def kept(path: Path, state: object, make: Callable[[Path], T]) -> T:
    """Gives what was made of a file for as long as the file stays as it is.

    Args:
        path: the file.
        state: differs when the file has changed.
        make: makes it in an empty folder, which exists until the program ends.

    Raises:
        DataError: there is no folder for temporary files.
        Exception: what `make` raises.
    """
    path = path.absolute()
    with _lock:
        if path in _kept and _kept[path][0] == state:
            result: T = _kept[path][2]
            return result
        if path in _kept:
            _kept.pop(path)[1].cleanup()
        try:
            folder = TemporaryFolder("attendseg_bag_")
        except OSError as error:
            raise DataError(f"{path}: no folder for temporary files: {in_words(error)}") from error
        try:
            result = make(Path(folder.name))
        except BaseException:
            folder.cleanup()
            raise
        _kept[path] = (state, folder, result)
        return result
