# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs a node of the package as users do: a process of its own, with its log kept."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

PATIENCE_S = 60.0
"""Longest wait for anything: generous, for machines that do other work."""

_numbers = itertools.count()


class NodeProcess:
    """A running node in a namespace that no other test uses."""

    def __init__(
        self,
        module: str,
        log: Path,
        parameters: Mapping[str, Any] | None = None,
        *,
        namespace: str | None = None,
        arguments: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Starts it.

        Args:
            module: what `python -m` runs.
            log: a file for everything it writes.
            parameters: values as YAML writes them.
            namespace: the node's; a new one when left out.
            arguments: further ROS arguments.
            environment: variables on top of this process's.
        """
        self.namespace = namespace or f"/test_{os.getpid()}_{next(_numbers)}"
        self._log = log
        command = [sys.executable, "-m", module, "--ros-args", "-r", f"__ns:={self.namespace}"]
        for name, value in (parameters or {}).items():
            command += ["-p", f"{name}:={value}"]
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [*command, *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
            )

    def __enter__(self) -> NodeProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def log(self) -> str:
        """Everything written so far."""
        return self._log.read_text(errors="replace")

    def wait_for_log(self, text: str, count: int = 1) -> str:
        """Waits until the log holds a text so often; returns the last line that does."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            lines = [line for line in self.log().splitlines() if text in line]
            if len(lines) >= count:
                return lines[-1]
            assert time.monotonic() < deadline, f"no {text!r} in:\n{self.log()}"
            assert self.running(), f"the node ended without {text!r}:\n{self.log()}"
            time.sleep(0.02)

    def running(self) -> bool:
        """Whether the process still lives."""
        return self._process.poll() is None

    def wait(self) -> int:
        """Waits for its end; returns the exit status."""
        return self._process.wait(PATIENCE_S)

    def stop(self, by: signal.Signals = signal.SIGINT) -> int:
        """Asks it to end, waits, and returns the exit status."""
        if self.running():
            self._process.send_signal(by)
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
