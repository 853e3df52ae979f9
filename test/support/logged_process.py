# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A process under test: its output in a file, waited for by what it says, and ended in the end."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from attendseg_ros.processes import AT_ONCE, Process

PATIENCE_S = 60.0
"""Longest wait for anything: generous, for machines that do other work."""


class LoggedProcess:
    """A running command."""

    def __init__(
        self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        """Starts it.

        Args:
            command: the program and its arguments.
            log: a file for everything it writes.
            environment: variables on top of this process's.
        """
        self._log = log
        with log.open("wb") as output:
            self._process = Process(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                environment={"PYTHONUNBUFFERED": "1", **(environment or {})},
            )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            # What a test that failed was told; pytest shows it with the failure.
            print(f"{self._log.name}:\n{self.log()}", file=sys.stderr)
        self.stop()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def log(self) -> str:
        """Everything written so far."""
        return self._log.read_text(errors="replace")

    def wait_for_log(self, text: str, count: int = 1) -> str:
        """Waits until the log holds a text so often; returns the last line that does."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            running = self.running()
            lines = [line for line in self.log().splitlines() if text in line]
            if len(lines) >= count:
                return lines[-1]
            assert time.monotonic() < deadline, f"no {text!r} in:\n{self.log()}"
            assert running, f"the process ended without {text!r}:\n{self.log()}"
            time.sleep(0.02)

    def running(self) -> bool:
        """Whether the process still lives."""
        return self._process.status is None

    def wait(self) -> int:
        """Waits for its end; returns the exit status."""
        return self._process.wait(PATIENCE_S)

    def stop(self, by: signal.Signals = signal.SIGINT) -> int:
        """Asks it and what it started to end, as a terminal does; returns the exit status."""
        try:
            if self.running():
                self._process.send_to_group(by)
            return self.wait()
        finally:
            self._process.end(AT_ONCE)
