# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Memory that is free inside the process goes back to the system."""

from __future__ import annotations

import ctypes
import gc


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
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
