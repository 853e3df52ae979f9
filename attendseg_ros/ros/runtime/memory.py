# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The process's memory: where threads take it from, and how it goes back to the system."""

from __future__ import annotations

import ctypes
import gc
import os
from typing import Any

_M_ARENA_MAX = -8


def share_one_heap() -> None:
    """Has all threads take memory from one heap; to be called before anything starts a thread.

    glibc gives each thread a heap of its own (an arena), up to eight a core. A network is built in
    whatever thread OpenVINO takes, so that in time each of them holds the hole that one left. No
    thread of ours allocates so much that it would wait for the others.

    Where `MALLOC_ARENA_MAX` is set, or with another C library, nothing is done.
    """
    if "MALLOC_ARENA_MAX" in os.environ:
        return
    mallopt = _of_glibc("mallopt")
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Returns what a model and its frames left behind.

    Python finds objects that refer to each other only now and then, and looking for them stops all
    threads: for a node that is cleaned up.
    """
    gc.collect()
    give_back_freed()


def give_back_freed() -> None:
    """Returns what has been freed, and stops no thread for it.

    glibc keeps it (25 MB after a network of 1024x1024) for the process's next need, which may never
    come. Elsewhere than with glibc (malloc_trim(3)) nothing is done.
    """
    trim = _of_glibc("malloc_trim")
    if trim is not None:
        trim(0)


def _of_glibc(name: str) -> Any:
    """A function of the C library's, None where it is another one that does not have it."""
    return getattr(_LIBRARY, name, None)


# Each CDLL leaves objects behind that refer to each other.
_LIBRARY = ctypes.CDLL(None)
