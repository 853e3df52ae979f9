# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What libraries print while OpenCV reads a video or a picture: the only place where they say it.

OpenCV gives memory that nobody wrote as a picture where the conversion of its colours failed, and
what libjpeg made up where a picture's data make no sense.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from threading import RLock
from types import TracebackType

_STDERR = 2

# "[h264 @ 0x55...] text", and what such a text goes on with in the next line.
FFMPEG = re.compile(rb"\[([\w,./-]+) @ 0x[0-9a-f]+\] (.*)")
# What OpenCV's own lines, libpng and libjpeg say of a picture.
PICTURES = re.compile(
    rb"(?:\[ ?(?:FATAL|ERROR|WARN):\d[^\]]*\] (?:global \S+ )?|libpng (?:warning|error): "
    rb"|(?=Corrupt JPEG data|Premature end of JPEG|Inconsistent progression|Invalid SOS param"
    rb"|Unknown Adobe color|Warning: unknown JFIF))(.*)"
)
# With the number of the thread, which a line of ROS's log, `[WARN] [...]`, does not have.
_OF_OPENCV = re.compile(rb"\[ ?(?:FATAL|ERROR|WARN|INFO|DEBUG|VERB):\d[^\]]*\]")

_lock = RLock()
_depth = [0]
_terminal: list[int] = []
"""Standard error itself, while its number leads elsewhere."""


def tell(line: bytes) -> None:
    """Writes to standard error, past what hears it: for a process that ends while a decoder hangs.

    Raises:
        OSError: nobody reads it any more.
    """
    os.write(next(iter(_terminal), _STDERR), line)


class Overhearing:
    """Keeps what the libraries print while it is entered; what others print goes its way after it.

    Standard error is the whole process's: only what reads a frame is done in here, never more.
    """

    def __init__(self, library: re.Pattern[bytes] = FFMPEG) -> None:
        """Hears nothing yet.

        Args:
            library: whose lines are kept: `FFMPEG` or `PICTURES`.

        Raises:
            OSError: this process may open no more files; also where it is entered.
        """
        self._library = library
        self._file = os.memfd_create("attendseg_overheard", os.MFD_CLOEXEC)
        self._stderr = -1

    def __enter__(self) -> Overhearing:
        _lock.acquire()
        try:
            if not _depth[0]:
                self._stderr = os.dup(_STDERR)
                _terminal.append(self._stderr)
                os.dup2(self._file, _STDERR)
        except BaseException:
            _lock.release()
            raise
        _depth[0] += 1
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stderr >= 0:
            os.dup2(self._stderr, _STDERR)
            _terminal.clear()
            os.close(self._stderr)
            self._stderr = -1
        _depth[0] -= 1
        _lock.release()

    def heard(self) -> list[str]:
        """What the library printed since the last call: lines, FFmpeg's as "part: text"."""
        length = os.fstat(self._file).st_size
        if not length:
            return []
        content = os.pread(self._file, length, 0)
        os.ftruncate(self._file, 0)
        os.lseek(self._file, 0, os.SEEK_SET)
        found, of_others, is_theirs = [], [], False
        for line in content.splitlines(keepends=True):
            match = self._library.match(line)
            if match:
                said = (part.decode(errors="replace").strip() for part in match.groups())
                found.append(": ".join(said))
            goes_on = is_theirs and (line[:1] == b" " or not line.strip())
            is_theirs = bool(match or _OF_OPENCV.match(line) or goes_on)
            if not is_theirs:
                of_others.append(line)
        if of_others:
            # Nobody may read it any more, as those who wrote it would not have noticed.
            with suppress(OSError):
                os.write(_STDERR, b"".join(of_others))
        return found

    def close(self) -> None:
        """Lets the rest of what was printed go its way."""
        if self._file >= 0:
            self.heard()
            os.close(self._file)
            self._file = -1
