# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Places that one run at a time writes to; a lock goes with its process, however that ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attendseg_ros.errors import DataError


@contextmanager
def held_alone(folder: Path) -> Iterator[None]:
    """Keeps other runs out of a folder that a run writes to again and again.

    Args:
        folder: which is made.

    Raises:
        DataError: it cannot be made, or another run holds it at this moment.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise DataError(f"{folder}: cannot be made: {error.strerror}") from error
    try:
        lock(descriptor, folder, folder)
        yield
    finally:
        os.close(descriptor)


def lock(descriptor: int, held: Path, output: Path) -> None:
    """Locks a file or a folder until its descriptor is closed.

    Args:
        descriptor: of what is locked.
        held: its name.
        output: what the user knows it by.

    Raises:
        DataError: another run holds it, or held it a moment ago and took it away.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_alone = _is_still(held, descriptor)
    except BlockingIOError:
        is_alone = False
    except OSError:
        # File systems of networks without locks.
        return
    if not is_alone:
        raise DataError(f"{output}: another run is writing to it; wait for its end") from None


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether a name still leads to what was opened by it."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
