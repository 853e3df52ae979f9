# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Installed packages that register models, as files: a prefix with an entry in the ament index."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from attendseg_ros.inference.registry import RESOURCE_TYPE


def install_models(
    prefix: Path, package: str, bundles: Mapping[str, Path], entry: str | bytes = ""
) -> Path:
    """Installs a package of models.

    Args:
        prefix: made if missing.
        package: its name.
        bundles: what each model is called, and the bundle that it is a copy of.
        entry: what the index says; empty means the folder share/<package>/models.

    Returns:
        The prefix.
    """
    index = prefix / "share" / "ament_index" / "resource_index" / RESOURCE_TYPE
    index.mkdir(parents=True, exist_ok=True)
    (index / package).write_bytes(entry.encode() if isinstance(entry, str) else entry)
    for name, bundle in bundles.items():
        shutil.copytree(bundle, prefix / "share" / package / "models" / name)
    return prefix


def prefix_path(*prefixes: Path) -> str:
    """AMENT_PREFIX_PATH with prefixes before those of this process, as sourcing them has it."""
    own = os.environ.get("AMENT_PREFIX_PATH", "")
    return os.pathsep.join([*map(str, prefixes), *([own] if own else [])])
