# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Results as files: JSON that a report can be made of, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attendseg_ros.errors import DataError
from attendseg_ros.files import write_atomically


def write_results(path: Path, results: Mapping[str, Any]) -> None:
    """Writes results in place of whatever the file held.

    Raises:
        OSError: the folder cannot be made or written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, indent=2, allow_nan=False) + "\n"
    write_atomically(path, text.encode())


def read_results(path: Path, kind: str) -> dict[str, Any]:
    """Reads results written before.

    Args:
        path: the file.
        kind: what they must be of: "latency", "pipeline" or "peers".

    Raises:
        DataError: the file is no such results.
    """
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read as results: {error}") from error
    if not isinstance(results, dict) or results.get("benchmark") != kind:
        raise DataError(
            f"{path} does not hold results of 'attendseg benchmark {kind}': give another file"
        )
    return results
