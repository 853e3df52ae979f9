# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Code that only the start of a node needed leaves its resident memory.

Importing modules and compiling a network read most of the libraries' files once; frames run through
a third of those pages. The kernel would take the others back when memory is short; until then they
count as this process's.
"""

from __future__ import annotations

import ctypes
import os
import re
from pathlib import Path

_MADV_DONTNEED = 4
# Of a file, read-only and private: its code and its constants.
_MAPPING = r"^(?P<start>[0-9a-f]+)-(?P<end>[0-9a-f]+) r-[x-]p \S+ \S+ \d+ +(?P<path>/.*)\n"
_IN_MAPS = re.compile(_MAPPING.encode(), re.M)
# Of which no page was written to, be it in memory or swapped out.
_UNCHANGED = re.compile(
    _MAPPING.encode() + rb"(?:[A-Z].*\n)*?Anonymous: +0 kB\n(?:[A-Z].*\n)*?Swap: +0 kB\n",
    re.M,
)


def unmap_start_up_code() -> None:
    """Takes the pages of all libraries out of this process; those in use come back from the cache.

    Only pages that are as they are in a library's file, which can be read again; and the library
    is held meanwhile, so that nothing else can come to lie where it was. Elsewhere than on Linux
    nothing is done.
    """
    system = ctypes.CDLL(None)
    system.dlopen.restype = ctypes.c_void_p
    system.dlclose.argtypes = [ctypes.c_void_p]
    system.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    held: dict[bytes, int] = {}
    try:
        for path in {found["path"] for found in _IN_MAPS.finditer(_read("maps"))}:
            # None of what is no library, or no longer there.
            if handle := system.dlopen(path, os.RTLD_NOLOAD | os.RTLD_LAZY):
                held[path] = handle
        for found in _UNCHANGED.finditer(_read("smaps")):
            if found["path"] in held:
                start, end = int(found["start"], 16), int(found["end"], 16)
                # Refused where memory is locked, which is as it should be.
                system.madvise(start, end - start, _MADV_DONTNEED)
    finally:
        for handle in held.values():
            system.dlclose(handle)


def _read(file: str) -> bytes:
    try:
        return Path("/proc/self", file).read_bytes()
    except OSError:
        return b""
