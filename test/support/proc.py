# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Processes and threads as the kernel lists them (proc(5)), some of which end while one reads."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def children(pid: int) -> set[int]:
    """The ids of the processes whose parent a process is, whichever thread of it started them."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError):
                parent = (entry / "stat").read_text(errors="replace").rpartition(") ")[2].split()[1]
                if int(parent) == pid:
                    found.add(int(entry.name))
    return found


def threads(pid: int) -> dict[int, str]:
    """The ids and names of a process's threads."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):
            found[int(task.name)] = (task / "comm").read_text(errors="replace").strip()
    return found
