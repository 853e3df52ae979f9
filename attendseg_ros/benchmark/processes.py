# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The processes of a measurement: started, watched, their use of processor and memory read."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from attendseg_ros import processes
from attendseg_ros.errors import BenchmarkError
from attendseg_ros.import_path import environment, python_command

PATIENCE_S = 120.0
"""Longest wait for a process to start: importing torch takes long on a small board."""

_ASKED = 4
"""How often a process is asked to end within `PATIENCE_S`."""

_STOPPING = ((signal.SIGINT, 15.0), (signal.SIGTERM, 5.0))
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_CHECK_S = 1.0


class Process:
    """A process that says in lines of JSON on stdout how far it is, and logs on stderr."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """Starts it; a context manager, whose end stops it.

        Args:
            name: for messages.
            command: arguments after `python`.
            log: file for what it prints on stderr.
            variables: of its environment, on top of this process's.
        """
        self.name = name
        self._log = log
        with log.open("wb") as file:
            self._process = processes.Process(
                python_command(*command),
                steps=_STOPPING,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                environment=environment({"PYTHONUNBUFFERED": "1", **(variables or {})}),
            )
        assert self._process.stdout is not None
        self._events: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        reader.start()

    def wait_for(self, event: str, patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """The next event of a name; others before it are skipped.

        Raises:
            BenchmarkError: the process ended, or said nothing of the kind for too long.
        """
        while True:
            try:
                said = self._events.get(timeout=patience_s)
            except queue.Empty:
                raise BenchmarkError(
                    f"{self.name} did not get as far as '{event}' within {patience_s:g} s: "
                    f"{self._last_words()}"
                ) from None
            if said is None:
                raise BenchmarkError(f"{self.name} ended early: {self._last_words()}")
            if said.get("event") == event:
                return said

    def tell(self, word: str) -> None:
        """Hands it a line on stdin.

        Raises:
            BenchmarkError: it has ended.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{word}\n".encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            raise BenchmarkError(f"{self.name} ended early: {self._last_words()}") from None

    def check(self) -> None:
        """Raises BenchmarkError where the process has ended."""
        if self._process.status is not None:
            raise BenchmarkError(f"{self.name} ended early: {self._last_words()}")

    def cpu_s(self) -> float:
        """Processor seconds of all its threads so far, user and system (proc(5): stat)."""
        text = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii", errors="replace")
        # The name in brackets may hold spaces; user and system time are fields 14 and 15.
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S

    def memory_mb(self) -> dict[str, float]:
        """Resident memory now and at its highest, in MB of 10^6 bytes (proc(5): status)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(errors="replace")
        kilobytes = {
            key: int(value.split()[0])
            for key, _, value in (line.partition(":") for line in status.splitlines())
            if key in ("VmRSS", "VmHWM")
        }
        return {
            "resident": round(kilobytes["VmRSS"] * 1024 / 1e6, 1),
            "peak": round(kilobytes["VmHWM"] * 1024 / 1e6, 1),
        }

    def end(self, event: str) -> dict[str, Any]:
        """Asks it to end, as Ctrl-C does, and returns what it says at its end.

        On a starved machine a node of rclpy was seen to go on after a signal, so it is asked again.

        Raises:
            BenchmarkError: it ended without that event, or does not end.
        """
        for _ in range(_ASKED - 1):
            self._interrupt()
            try:
                return self.wait_for(event, PATIENCE_S / _ASKED)
            except BenchmarkError:
                self.check()
        self._interrupt()
        return self.wait_for(event, PATIENCE_S / _ASKED)

    def _interrupt(self) -> None:
        self._process.send(signal.SIGINT)

    def stop(self) -> None:
        """Ends it, less gently if it does not obey."""
        # A camera that is done waits for this: what it used is read before.
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.end()

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _read(self, stdout: IO[bytes]) -> None:
        for line in stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if isinstance(said, dict):
                self._events.put(said)
        self._events.put(None)

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        # A node logs why it ends as an error, and then that it ends.
        errors = [line for line in lines if "[ERROR]" in line]
        return (errors or lines or ["it said nothing"])[-1]


def wait_beside(
    process: Process, event: str, other: Process, patience_s: float = PATIENCE_S
) -> dict[str, Any]:
    """The next event of a process that can only come while another one runs.

    Raises:
        BenchmarkError: either has ended, or the event takes too long.
    """
    deadline = time.monotonic() + patience_s
    while True:
        other.check()
        try:
            return process.wait_for(event, _CHECK_S)
        except BenchmarkError:
            process.check()
            if time.monotonic() > deadline:
                raise


def wait_ready(listener: Process, node: Process) -> None:
    """Waits until the listener has found the node's topics.

    Raises:
        BenchmarkError: the node has ended, or takes too long.
    """
    wait_beside(listener, "ready", node)


def ros_arguments(namespace: str, parameters: Mapping[str, Any]) -> list[str]:
    """The end of a node's command line; values are what JSON has."""
    arguments = ["--ros-args", "-r", f"__ns:={namespace}"]
    for name, value in parameters.items():
        # JSON is YAML in which a text stays a text whatever is in it.
        arguments += ["-p", f"{name}:={json.dumps(value)}"]
    return arguments
