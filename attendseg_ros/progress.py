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


def progress_of(iterable: Iterable[_Item], **options: Any) -> tqdm[_Item]:
    """Shows on stderr how far an iteration is.

    Args:
        iterable: what is gone through.
        options: of tqdm.
    """
    return cast("tqdm[_Item]", tqdm(iterable, **_suiting(options)))


def progress_to(total: int | None = None, **options: Any) -> tqdm[Any]:
    """The same where `update` tells how far it is.

    Args:
        total: how far it goes; None where nobody knows.
        options: of tqdm.
    """
    return tqdm(total=total, **_suiting(options))


def _suiting(options: dict[str, Any]) -> dict[str, Any]:
    """Options with what suits standard error."""
    if sys.stderr is not None and not sys.stderr.isatty():
        seldom = dict.fromkeys(("mininterval", "maxinterval", "delay"), LOG_INTERVAL_S)
        options = {"file": _Lines(sys.stderr), **seldom, **options}
    return options


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
