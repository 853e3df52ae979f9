# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Files that belong together, written all or none of them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from attendseg_ros.files import prepared
from attendseg_ros.uninterrupted import uninterrupted


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Writes files of which one tells of the other, so that they tell the same.

    All are on the disk before the first takes its place, and no signal comes between: a full disk
    and a stop leave all of them as they were. Only a loss of power, or SIGKILL, in the instant
    between two renames leaves some new and some old.

    Raises:
        OSError: one cannot be written; it names the file.
    """
    failed: list[BaseException] = []
    with ExitStack() as stack:
        placed = [stack.enter_context(prepared(path, what)) for path, what in contents.items()]

        def place_all() -> None:
            try:
                for place in placed:
                    place()
            except BaseException as error:
                failed.append(error)

        uninterrupted(place_all)
        if failed:
            raise failed[0]
