# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Standard streams that whoever started the process has closed, as `>&-` and some daemons do.

The next file that is opened takes a closed stream's number, and what a library prints then ends up
inside that file: a picture, a bag, a checkpoint.
"""

from __future__ import annotations

import os
import sys


def open_closed_ones() -> None:
    """Lets closed streams lead nowhere; to be called before any file is opened."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free: this one. As a child's, too, which exec would close.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
