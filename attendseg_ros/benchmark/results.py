# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Results as files: JSON that a report can be made of, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attendseg_ros.documents import LARGE, parse_json, read_small_file
from attendseg_ros.errors import DataError
from attendseg_ros.files import write_atomically
from attendseg_ros.json_text import to_json
from attendseg_ros.placing import real_place


def write_results(path: Path, results: Mapping[str, Any]) -> None:
    """Writes results in place of whatever the file held.

    Raises:
        OSError: the folder cannot be made or written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    text = to_json(results, indent=2) + "\n"
    write_atomically(path, text.encode())


def interim_of(path: Path) -> Path:
    """Where results go that are not complete yet: what is measured already outlives a stop."""
    return path.with_name(f"{path.stem}.interim.json")


def plot_of(path: Path) -> Path:
    """Where the plot of results goes: beside them."""
    return path.with_suffix(".png")


def check_replaceable(path: Path, kind: str, *, force: bool) -> None:
    """Checks, before the work starts, that results and their plot may be written.

    Args:
        path: the file.
        kind: of the results: the verb that wrote them, such as "latency".
        force: whether a file that holds anything else may be replaced, and a picture without
            results beside it, which is somebody else's.

    Raises:
        DataError: it may not, or its folder cannot be written to.
    """
    place = real_place(path)
    if place.is_dir():
        raise DataError(f"{path}: is a folder: name a file for the results")
    plot = plot_of(path)
    if path == plot:
        raise DataError(f"{path}: is the plot's name: name a .json file, the plot goes beside it")
    if plot.exists() and not place.exists() and not force:
        raise DataError(
            f"{plot}: exists already, and the plot of the results would replace it: name another "
            "file, or --force to replace it"
        )
    if place.exists() and not force:
        try:
            read_results(place, kind)
        except DataError as error:
            raise DataError(f"{error}, or --force to replace it") from error
    place.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(place.parent, os.W_OK | os.X_OK):
        raise DataError(f"{path}: its folder cannot be written to: name another")


def read_results(path: Path, kind: str) -> dict[str, Any]:
    """Reads results written before.

    Args:
        path: the file.
        kind: what they must be of: the verb that wrote them, such as "latency".

    Raises:
        DataError: the file is no such results.
    """
    try:
        results = parse_json(read_small_file(path, most_bytes=LARGE.most_bytes), str(path))
    except DataError as error:
        raise DataError(f"{error}; results of 'attendseg benchmark {kind}' are wanted") from error
    if not isinstance(results, dict) or results.get("benchmark") != kind:
        raise DataError(
            f"{path} does not hold results of 'attendseg benchmark {kind}': give another file"
        )
    return results
