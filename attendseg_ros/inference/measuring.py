# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How long an engine takes for a frame, measured here or in its own process."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import tempfile
import time
from typing import IO, Any

import numpy as np

from attendseg_ros.errors import AttendSegError, EngineError, one_line
from attendseg_ros.import_path import environment, python_command
from attendseg_ros.inference.bundle import Bundle, load_bundle
from attendseg_ros.inference.engine import Engine
from attendseg_ros.inference.engines import create_engine
from attendseg_ros.processes import AT_ONCE, Process

_RUNS = 3

_LONG_MS = 60.0
"""From here on a frame brings its own caches back, and one is enough for a burst."""

_PATIENCE_S = 60.0
"""What a process may take on the slowest board, imports and compilation included."""

_NEXT = b"burst\n"


class Here:
    """Times an engine of this process."""

    def __init__(self, engine: Engine) -> None:
        """Takes an engine that is ready to run."""
        self._engine = engine
        width, height = engine.input_size
        # A network's time does not depend on what it sees.
        self._image = np.zeros((height, width, 3), np.uint8)

    def burst_ms(self) -> float:
        """The fastest of some frames in a row: whatever disturbs one makes it longer only."""
        first = self._once_ms()
        return first if first > _LONG_MS else min(self._once_ms() for _ in range(_RUNS))

    def _once_ms(self) -> float:
        started = time.perf_counter()
        self._engine.infer(self._image)
        return (time.perf_counter() - started) * 1e3


class Elsewhere:
    """Times an engine that is not made here, but in a process that gets ready meanwhile.

    A library that was loaded stays loaded, so trying an engine would cost its memory for good.
    Between two bursts the process only waits. A context manager: leaving it ends the process.
    """

    def __init__(
        self, name: str, bundle: Bundle, input_size: tuple[int, int], num_threads: int
    ) -> None:
        """Starts the process.

        Raises:
            EngineError: it cannot be started.
        """
        self._name = name
        self._read = b""
        self._is_ready = False
        width, height = input_size
        arguments = [str(bundle.path), name, str(width), str(height), str(num_threads)]
        self._log = _unnamed_file()
        try:
            self._process = Process(
                python_command("-m", __name__, *arguments),
                steps=AT_ONCE,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                environment=environment(),
            )
        except OSError as error:
            self._log.close()
            raise self._failure(str(error)) from error

    def burst_ms(self) -> float:
        """Has it run some frames; the first time it waits until the engine is there.

        Raises:
            EngineError: the engine cannot run, or the process ended or does not answer.
        """
        if not self._is_ready:
            self._answer()
            self._is_ready = True
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(_NEXT)
            self._process.stdin.flush()
        return float(self._answer()["ms"])

    def _answer(self) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = json.loads(self._line())
        except ValueError as error:
            self._log.seek(0)
            said = self._log.read().decode(errors="replace")
            raise self._failure(said or f"ended with {self._process.status}") from error
        if "error" in answer:
            raise EngineError(str(answer["error"]))
        return answer

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        deadline = time.monotonic() + _PATIENCE_S
        while b"\n" not in self._read:
            patience_s = max(0.0, deadline - time.monotonic())
            if not select.select([pipe], [], [], patience_s)[0]:
                raise self._failure(f"no answer within {_PATIENCE_S:g} s")
            if not (more := os.read(pipe, 4096)):
                return self._read
            self._read += more
        line, _, self._read = self._read.partition(b"\n")
        return line

    def _failure(self, why: str) -> EngineError:
        text = one_line(why)
        return EngineError(f"engine '{self._name}' could not be measured: {text[-500:]}")

    def __enter__(self) -> Elsewhere:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.end()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()


def _unnamed_file() -> IO[bytes]:
    """A file that is gone once it is closed.

    In memory where the system has such files: measuring must not need a disk that has room.
    """
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("attendseg_engine"), "w+b")
    return tempfile.TemporaryFile()


def main(arguments: list[str]) -> None:
    """The other process: says whether the engine is there, then times a burst for each line."""
    folder, name, width, height, num_threads = arguments
    # Libraries that print would be read as answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def say(**answer: Any) -> None:
        print(json.dumps(answer), file=answers, flush=True)

    try:
        size = (int(width), int(height))
        here = Here(create_engine(name, load_bundle(folder), size, int(num_threads)))
        say(ready=True)
        for _ in sys.stdin:
            say(ms=here.burst_ms())
    except AttendSegError as error:
        say(error=str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
