# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What folders hold: taken over by another one, removed, brought to the disk."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path


def add_what_is_missing(old: Path, new: Path, keep: Callable[[str], bool]) -> None:
    """Gives the new folder what only the old one holds, as further names of the same files.

    Args:
        old: the folder.
        new: the other one.
        keep: which entries, by their names.

    Raises:
        OSError: an entry can be neither linked nor copied.
    """
    for entry in old.iterdir():
        target = new / entry.name
        if os.path.lexists(target) or not keep(entry.name):
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, target, symlinks=True, copy_function=_link)
        else:
            _link(entry, target)


def remove(path: Path) -> None:
    """Removes a file, a link, or a folder with what it holds; what is not there is gone."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Has everything written to the disk: a power cut must not leave names without content."""
    for entry in [path, *path.rglob("*")]:
        if not entry.is_symlink():
            sync_one(entry)


def sync_one(path: Path) -> None:
    """Has one file or folder written to the disk, without what a folder holds."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Folders of some file systems cannot be synced.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def _link(entry: str | Path, target: str | Path) -> None:
    try:
        os.link(entry, target, follow_symlinks=False)
    except OSError:
        # File systems without further names.
        shutil.copy2(entry, target, follow_symlinks=False)
