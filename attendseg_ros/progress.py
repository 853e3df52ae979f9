# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How far long work is: a bar on a terminal, and in a log a line now and then.

A bar is drawn ten times a second. In a log, where nothing is drawn over, that would be one line of
80 megabytes a day.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, TextIO, TypeVar, cast

from tqdm import tqdm

LOG_INTERVAL_S = 30.0
"""Between two lines in a log; work that takes less has none."""

_Item = TypeVar("_Item")


def progress_of(iterable: Iterable[_Item] | None = None, **options: Any) -> tqdm[_Item]:
    """Shows on stderr how far an iteration is.

    Args:
        iterable: what is gone through; None where `update` tells.
        options: of tqdm.
    """
    if sys.stderr is None or sys.stderr.isatty():
        return tqdm(iterable, **options)
    seldom = {"mininterval": LOG_INTERVAL_S, "maxinterval": LOG_INTERVAL_S, "delay": LOG_INTERVAL_S}
    return tqdm(iterable, file=cast(TextIO, _Lines(sys.stderr)), **{**seldom, **options})


class _Lines:
    """A stream to which a bar is written as lines."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last = ""

    def write(self, text: str) -> int:
        """Writes what stands between two returns to the start of the line, unless it is nothing."""
        for part in text.replace("\r", "\n").splitlines():
            line = part.strip()
            if line and line != self._last:
                self._last = line
                self._stream.write(line + "\n")
        return len(text)

    def flush(self) -> None:
        """Flushes the stream."""
        self._stream.flush()
