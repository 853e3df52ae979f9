# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Errors of writing like those of a full disk."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def full_disk(largest: int) -> Iterator[None]:
    """No file grows beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def in_a_full_folder(folder: Path, script: str, size: str) -> str:
    """Runs Python with a file system of some size at a folder, which is TMPDIR; what it printed.

    Skips the test where nobody but root may mount anything.
    """
    apart = ("unshare", "--user", "--map-root-user", "--mount")
    mount = f'mount -t tmpfs -o size={size} tmpfs "$TMPDIR" || exit 77; exec "$@"'
    process = subprocess.run(
        [*apart, "sh", "-c", mount, "sh", sys.executable, "-c", script],
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if process.returncode == 77 or process.stderr.startswith("unshare"):
        pytest.skip(f"no file system can be mounted here: {process.stderr}")
    assert process.returncode == 0, process.stderr
    return process.stdout
