# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the command prints, and readers that leave before its end, as `head` does."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO

from attendseg_ros.errors import one_line


def print_result(text: str) -> str:
    """Prints to stdout; a reader that has seen enough is no failure.

    Returns:
        Why it cannot be written; empty where it was, or nobody reads on.
    """
    try:
        print(_writable(text, sys.stdout), flush=True)
    except BrokenPipeError:
        _write_no_more(sys.stdout)
    except OSError as error:
        _write_no_more(sys.stdout)
        return f"cannot write the result: {one_line(error.strerror or error)}"
    return ""


def print_error(text: str) -> None:
    """Prints to stderr, if anybody reads it."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        _write_no_more(sys.stderr)


def finish() -> None:
    """Flushes both streams; what nobody reads must not make the interpreter complain at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            _write_no_more(stream)


def _writable(text: str, stream: TextIO) -> str:
    """The text, with what a stream has no bytes for escaped: names of files are any bytes."""
    encoding = stream.encoding or "utf-8"
    try:
        text.encode(encoding, stream.errors or "strict")
    except UnicodeEncodeError:
        return text.encode(encoding, "backslashreplace").decode(encoding)
    return text


def _write_no_more(stream: TextIO) -> None:
    """Has what is still in a stream's buffer, and all that follows, go nowhere."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
