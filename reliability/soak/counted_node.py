# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The node, which writes down how much of its heap is in use: `python -m … FILE --ros-args …`.

From outside only the pages of a process can be counted. Most of them hold free room between blocks,
which comes and goes by megabytes; what a node loses for good is too little to be seen in them.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
from pathlib import Path

from attendseg_ros.ros import segmentation_node

_EVERY_S = 0.2
_DIGITS = 20

_NAMES = 100_000
"""More than Python's table of interned strings takes before it is laid out anew."""


class _Mallinfo2(ctypes.Structure):
    """mallinfo(3), glibc 2.33 and later."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


def bytes_in_use() -> int:
    """Bytes of all blocks that this process's malloc has given out and not got back."""
    library = ctypes.CDLL(None)
    library.mallinfo2.restype = _Mallinfo2
    info = library.mallinfo2()
    return int(info.uordblks + info.hblkhd)


def settle_names() -> None:
    """Has Python's table of interned strings take its last size now.

    It gives a slot to each new string and takes none back until all are used up. Then, at some
    moment of a long run, it is laid out anew, 0.96 MB larger, once: no leak, but in one hour the
    slope of one.
    """
    for number in range(_NAMES):
        sys.intern(f"soak {number}")


def write_count(path: Path) -> None:
    """Writes the number of bytes again and again, in place, until the process ends."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    while True:
        # Always of one length: whoever reads gets one number whole.
        os.pwrite(file, f"{bytes_in_use():{_DIGITS}d}".encode(), 0)
        time.sleep(_EVERY_S)


def main() -> int:
    """Runs the node with this process's arguments but the first, which names the file."""
    path = Path(sys.argv.pop(1))
    settle_names()
    threading.Thread(target=write_count, args=(path,), daemon=True).start()
    return segmentation_node.main()


if __name__ == "__main__":
    sys.exit(main())
