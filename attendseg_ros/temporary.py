# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Folders for what is of no use afterwards, which name a full disk."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attendseg_ros.errors import AttendSegError, DataError, described
from attendseg_ros.files import forget_unfinished, remember_unfinished

_FULL_BELOW_BYTES = 1 << 20
_SCARCE_BELOW_BYTES = 1 << 28


class TemporaryFolder(tempfile.TemporaryDirectory[str]):
    """A folder in TMPDIR that is gone with the process too when that is told to end and hangs."""

    def __init__(self, prefix: str = "attendseg_") -> None:
        super().__init__(prefix=prefix)
        remember_unfinished(Path(self.name))

    def cleanup(self) -> None:
        """Removes it; may be called twice."""
        super().cleanup()
        forget_unfinished(Path(self.name))


@contextmanager
def temporary_folder(prefix: str = "attendseg_") -> Iterator[Path]:
    """A folder in TMPDIR for as long as this lasts.

    Libraries make anything of a file of theirs that ends early, and say nothing of the disk.

    Raises:
        OSError: something failed inside while the disk was full; it names the folder.
        DataError: a library failed inside, and there is little room: it may have removed its files.
    """
    with TemporaryFolder(prefix) as name:
        try:
            yield Path(name)
        except Exception as error:
            free = shutil.disk_usage(name).free
            if free < _FULL_BELOW_BYTES:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name) from error
            if isinstance(error, AttendSegError | OSError) or free >= _SCARCE_BELOW_BYTES:
                raise
            raise DataError(
                f"{name}: only {free >> 20} MB are free there, and what was written could not be "
                f"used ({described(error)}): set TMPDIR to a folder with more room"
            ) from error
