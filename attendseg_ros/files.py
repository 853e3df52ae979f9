# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Files written whole or not at all, and what stands in place of those kept elsewhere."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_unfinished: set[Path] = set()


def remember_unfinished(path: Path) -> None:
    """Takes note of something that is being written and is of no use until it is complete."""
    _unfinished.add(path)


def forget_unfinished(path: Path) -> None:
    """It is complete, or gone."""
    _unfinished.discard(path)


def remove_unfinished() -> None:
    """Removes what is being written at this moment: for a process that ends without further ado."""
    for path in list(_unfinished):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a file so that a reader sees the old content or the new, never a part.

    Where the name is a link, the file that it leads to is written, and the link stays.

    Raises:
        OSError: if the folder is missing or not writable, or the disk is full; it names the file.
    """
    with prepared(path, content) as place:
        place()


@contextmanager
def prepared(path: Path, content: bytes) -> Iterator[Callable[[], None]]:
    """A file written beside its place and brought to the disk; gone afterwards, unless placed.

    Yields:
        What puts it in its place, in a single step. It raises OSError, too.

    Raises:
        OSError: as of `write_atomically`.
    """
    place = Path(os.path.realpath(path)) if path.is_symlink() else path
    with _named(path):
        # Not the whole name: it may be as long as names can be.
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name[:48]}.")
    temporary = Path(name)
    remember_unfinished(temporary)

    def put() -> None:
        with _named(path):
            temporary.replace(place)

    try:
        with _named(path):
            _fill(handle, temporary, content)
            if place.is_file():
                # Who may look into it stays as it was.
                shutil.copymode(place, temporary)
        yield put
    finally:
        temporary.unlink(missing_ok=True)
        forget_unfinished(temporary)


def _fill(handle: int, temporary: Path, content: bytes) -> None:
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    # mkstemp makes files that only their owner reads; the umask is what the user asked for.
    umask = os.umask(0)
    os.umask(umask)
    temporary.chmod(0o666 & ~umask)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # Writing names no file, and making one names only what stands in for it.
        raise OSError(error.errno, error.strerror, str(path)) from error


POINTERS = (
    (
        b"version https://git-lfs",
        "a Git LFS pointer in place of the file: `git lfs pull` fetches the file itself",
    ),
    (
        b"/annex/objects/",
        "a git-annex pointer in place of the file: `git annex get` fetches the file itself",
    ),
)
"""First bytes of what stands in place of large files, with what it is in words."""


def pointer_in(content: bytes) -> str:
    """What stands in place of a file that is kept elsewhere, by its first bytes; "": nothing."""
    return next((name for magic, name in POINTERS if content.startswith(magic)), "")
