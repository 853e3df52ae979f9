# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The process's memory: where threads take it from, and how it goes back to the system."""

from __future__ import annotations

import ctypes
import gc
import os
from collections.abc import Mapping
from typing import Any

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8

_LARGEST_KEPT = 32 << 20
"""Bytes; glibc takes no more. An RGB image of 3840x2160 has 25 million."""

_COPIES_OF_AN_IMAGE = 3
"""In the middleware's queue, in the message as C has it, and in the one that Python has."""


def share_one_heap() -> None:
    """Has all threads take memory from one heap; to be called before anything starts a thread.

    glibc gives each thread a heap of its own (an arena), up to eight a core. A network is built in
    whatever thread OpenVINO takes, so that in time each of them holds the hole that one left. No
    thread of ours allocates so much that it would wait for the others.

    Where `MALLOC_ARENA_MAX` is set, or with another C library, nothing is done.
    """
    _tune({_M_ARENA_MAX: 1}, "MALLOC_ARENA_MAX")


def keep_what_images_take() -> None:
    """Has the next image use the memory of the one before.

    An image of 1920x1080 is copied three times on its way out of the middleware. By default, glibc
    returns 19 MB like that to the system after each image and asks for them again for the next one,
    and the kernel hands them out page by page, 4,600 a frame: 10 ms on a core of an AMD EPYC.

    Where `MALLOC_MMAP_THRESHOLD_` or `MALLOC_TRIM_THRESHOLD_` is set, or with another C library,
    nothing is done.
    """
    options = {
        _M_MMAP_THRESHOLD: _LARGEST_KEPT,
        _M_TRIM_THRESHOLD: _COPIES_OF_AN_IMAGE * _LARGEST_KEPT,
    }
    _tune(options, "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")


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


def _tune(options: Mapping[int, int], *overruled_by: str) -> None:
    """Sets options of mallopt(3), unless a variable of the environment says otherwise."""
    mallopt = _of_glibc("mallopt")
    if mallopt is None or any(variable in os.environ for variable in overruled_by):
        return
    for option, value in options.items():
        mallopt(option, value)


def _of_glibc(name: str) -> Any:
    """A function of the C library's, None where it is another one that does not have it."""
    return getattr(_LIBRARY, name, None)


# Each CDLL leaves objects behind that refer to each other.
_LIBRARY = ctypes.CDLL(None)
