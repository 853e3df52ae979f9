# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How long an engine takes for a frame, measured here or in its own process."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from typing import Any

import numpy as np

from attendseg_ros.errors import AttendSegError, EngineError
from attendseg_ros.import_path import environment, python_command
from attendseg_ros.inference.bundle import Bundle, load_bundle
from attendseg_ros.inference.engine import Engine
from attendseg_ros.inference.engines import create_engine
from attendseg_ros.processes import AT_ONCE, Process

_WARM_UP_ROUNDS = 2
_ROUNDS = 7
_LONGEST_S = 1.0

_PATIENCE_S = 60.0
"""What a process may take on the slowest board, imports and compilation included."""


def median_ms(engine: Engine) -> float:
    """Median milliseconds for a blank image: a network's time does not depend on what it sees."""
    width, height = engine.input_size
    image = np.zeros((height, width, 3), np.uint8)
    times: list[float] = []
    deadline = time.monotonic() + _LONGEST_S
    for turn in range(_WARM_UP_ROUNDS + _ROUNDS):
        start = time.perf_counter()
        engine.infer(image)
        if turn >= _WARM_UP_ROUNDS or not times:
            times.append((time.perf_counter() - start) * 1e3)
        if time.monotonic() > deadline:
            break
    return statistics.median(times)


class Elsewhere:
    """The same of an engine that is not made here, but in a process that runs meanwhile.

    A library that was loaded stays loaded, so trying an engine would cost its memory for good.
    A context manager: leaving it ends the process, whether it has answered or not.
    """

    def __init__(
        self, name: str, bundle: Bundle, input_size: tuple[int, int], num_threads: int
    ) -> None:
        """Starts the process.

        Raises:
            EngineError: it cannot be started.
        """
        self._name = name
        width, height = input_size
        arguments = [str(bundle.path), name, str(width), str(height), str(num_threads)]
        try:
            self._process = Process(
                python_command("-m", __name__, *arguments),
                steps=AT_ONCE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                environment=environment(),
            )
        except OSError as error:
            raise self._failure(str(error)) from error

    def median_ms(self) -> float:
        """Waits for the answer.

        Raises:
            EngineError: the engine cannot run, or the process ended without an answer.
        """
        try:
            stdout, stderr = self._process.communicate(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise self._failure(f"no answer within {_PATIENCE_S:g} s") from None
        try:
            answer: dict[str, Any] = json.loads(stdout.splitlines()[-1])
        except (ValueError, IndexError) as error:
            said = stderr.decode(errors="replace")
            raise self._failure(said or f"ended with {self._process.status}") from error
        if "error" in answer:
            raise EngineError(str(answer["error"]))
        return float(answer["median_ms"])

    def _failure(self, why: str) -> EngineError:
        text = " ".join(why.split())
        return EngineError(f"engine '{self._name}' could not be measured: {text[-500:]}")

    def __enter__(self) -> Elsewhere:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.end()


def main(arguments: list[str]) -> None:
    """The other process: prints the median, or why there is none, as JSON."""
    folder, name, width, height, num_threads = arguments
    try:
        size = (int(width), int(height))
        engine = create_engine(name, load_bundle(folder), size, int(num_threads))
        answer: dict[str, Any] = {"median_ms": median_ms(engine)}
    except AttendSegError as error:
        answer = {"error": str(error)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
