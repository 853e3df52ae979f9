# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where compiled networks lie between two starts of a node, since compiling is most of a start."""

from __future__ import annotations

import os
from pathlib import Path

_KEPT = 32
"""A model's sizes for a few counts of threads; each takes some megabytes."""


def compiled_networks() -> Path | None:
    """The folder for an engine's compiled networks, where only the latest ones stay.

    `$XDG_CACHE_HOME/attendseg_ros`, else `~/.cache/attendseg_ros` (XDG Base Directory
    Specification). Everything in it can be deleted at any time.

    Returns:
        None where nothing can be written: a start then takes as long as the first one.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        # The specification has relative paths ignored.
        cache = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
        folder = cache / "attendseg_ros"
        folder.mkdir(parents=True, exist_ok=True)
        files = sorted(folder.glob("*.blob"), key=lambda path: path.stat().st_mtime)
        for path in files[:-_KEPT]:
            path.unlink(missing_ok=True)
    except (OSError, RuntimeError):
        # Also a user without a home.
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None
