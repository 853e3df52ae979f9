# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Processes that end with the one that started them, however and whenever that one ends.

A started process leads its own group, and in the group sits a guard: a copy of the launcher
that only waits on a pipe whose other end this process holds. When this process ends, by SIGKILL
too, the pipe closes and the guard kills the whole group. There is no moment without it: the pipe
is there before the fork, and a guard that comes late finds it closed.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import IO, Any

from attendseg_ros.uninterrupted import uninterrupted

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What tells a process to end, and lets it choose how."""

Steps = Sequence[tuple[signal.Signals, float]]
"""Signals in their order, each with the seconds it is given; SIGKILL comes after the last."""

GENTLY: Steps = ((signal.SIGINT, 10.0), (signal.SIGTERM, 3.0))

AT_ONCE: Steps = ()

_HURRY_S = 0.9
"""What all processes together are given once this one was told to end itself."""

_POLL_S = 0.02
_KILLED_S = 5.0

# Two forks, so that the guard is nobody's child: a program that waits for its children must not
# find one that it did not start. The stop signals are blocked when this begins. The guard keeps
# nothing open but the pipe: a reader of the program's output shall see its end.
_LAUNCHER = """
import os, signal, sys
pipe = int(sys.argv[1])
stops = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
middle = os.fork()
if middle == 0:
    if os.fork() == 0:
        for number in (*stops, signal.SIGQUIT, signal.SIGTSTP):
            signal.signal(number, signal.SIG_IGN)
        null = os.open(os.devnull, os.O_RDWR)
        for standard in range(3):
            os.dup2(null, standard)
        os.closerange(3, pipe)
        os.closerange(pipe + 1, 4096)
        os.read(pipe, 1)
        os.killpg(0, signal.SIGKILL)
    os._exit(0)
os.waitpid(middle, 0)
os.close(pipe)
signal.signal(signal.SIGINT, signal.SIG_DFL)
for number in (signal.SIGPIPE, signal.SIGXFSZ):
    signal.signal(number, signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_SETMASK, ())
os.execv(sys.argv[2], sys.argv[3:])
"""

_running: weakref.WeakSet[Process] = weakref.WeakSet()
_hurried_at: float | None = None


class Process:
    """A running program. A context manager: leaving it ends the program and all of its group.

    Whatever strikes while it is started or ended, a KeyboardInterrupt at any moment included, the
    program does not stay behind.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        steps: Steps = GENTLY,
        stdin: int | IO[Any] = subprocess.DEVNULL,
        stdout: int | IO[Any] | None = None,
        stderr: int | IO[Any] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Starts the program in its own session, where it gets no Ctrl-C of the terminal.

        Args:
            command: the program and its arguments.
            steps: how it is ended.
            stdin: as `subprocess.Popen` has it; nothing when left out.
            stdout: as `subprocess.Popen` has it.
            stderr: as `subprocess.Popen` has it.
            environment: variables on top of this process's.

        Raises:
            FileNotFoundError: there is no such program.
        """
        self._steps = steps
        self._popen: subprocess.Popen[bytes] | None = None
        self._gone = False
        program = shutil.which(command[0])
        if program is None:
            raise FileNotFoundError(f"{command[0]}: no such program")
        failed: list[BaseException] = []

        def start() -> None:
            # This thread's mask is what the program starts with; the launcher lifts it.
            signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
            own, passed = os.pipe()[::-1]
            try:
                self._popen = subprocess.Popen(
                    [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(passed), program, *command],
                    stdin=stdin,
                    stdout=stdout,
                    stderr=stderr,
                    env={**os.environ, **(environment or {})},
                    pass_fds=(passed,),
                    start_new_session=True,
                )
                self._pipe = own
                _running.add(self)
            except BaseException as error:
                os.close(own)
                failed.append(error)
            finally:
                os.close(passed)

        try:
            uninterrupted(start)
        except BaseException:
            self.end()
            raise
        if failed:
            raise failed[0]

    @property
    def pid(self) -> int:
        """Its process id, which is also its group's."""
        return self._started.pid

    @property
    def stdin(self) -> IO[bytes] | None:
        """Its standard input, where that is a pipe."""
        return self._started.stdin

    @property
    def stdout(self) -> IO[bytes] | None:
        """Its standard output, where that is a pipe."""
        return self._started.stdout

    @property
    def status(self) -> int | None:
        """Its exit status, as `subprocess` has it; None while it runs."""
        return self._started.poll()

    def wait(self, patience_s: float | None = None) -> int:
        """Waits for its end by itself; returns the exit status.

        Raises:
            subprocess.TimeoutExpired: it still runs.
        """
        return self._started.wait(patience_s)

    def communicate(self, patience_s: float | None = None) -> tuple[bytes, bytes]:
        """Reads its output to the end; see `subprocess.Popen.communicate`."""
        return self._started.communicate(timeout=patience_s)

    def send(self, number: signal.Signals) -> None:
        """Sends it a signal, unless it has ended."""
        self._started.send_signal(number)

    def send_to_group(self, number: signal.Signals) -> None:
        """Sends it and all that it started a signal, as a terminal does with Ctrl-C."""
        # The guard keeps the group's number from being given away until the group is killed.
        if not self._gone:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    def end(self, steps: Steps | None = None) -> None:
        """Ends it and its group: gently, then less so, in the end by SIGKILL.

        An interrupt meanwhile makes it shorter, and is raised when the program is gone.

        Args:
            steps: instead of those it was started with.
        """
        if self._popen is None or self._gone:
            return
        uninterrupted(lambda: self._end(self._steps if steps is None else steps), hurry)

    def _end(self, steps: Steps) -> None:
        for number, patience_s in steps:
            if self.status is not None:
                break
            self.send_to_group(number)
            self._wait(patience_s)
        if not self._gone:
            self._kill()
        # Not for ever: a program in the middle of a failing disk's call cannot be killed.
        try:
            self._started.wait(_KILLED_S)
        except subprocess.TimeoutExpired:
            return
        for stream in (self._started.stdin, self._started.stderr):
            if stream is not None:
                stream.close()

    def _kill(self) -> None:
        self.send_to_group(signal.SIGKILL)
        self._gone = True
        os.close(self._pipe)
        _running.discard(self)

    def _wait(self, patience_s: float) -> None:
        deadline = time.monotonic() + patience_s
        while self.status is None:
            limits = [deadline, *([] if _hurried_at is None else [_hurried_at + _HURRY_S])]
            if time.monotonic() > min(limits):
                return
            time.sleep(_POLL_S)

    @property
    def _started(self) -> subprocess.Popen[bytes]:
        assert self._popen is not None
        return self._popen

    def __del__(self) -> None:
        # An interrupt can strike after its start, and before anybody has it in hand.
        if self._popen is not None and not self._gone:
            self._kill()

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()


def hurry() -> None:
    """Asks all processes to end now, since this one was told to: what follows is short."""
    global _hurried_at
    if _hurried_at is None:
        _hurried_at = time.monotonic()
        for process in list(_running):
            if process.status is None:
                process.send_to_group(signal.SIGINT)


def kill_all() -> None:
    """Kills every process that was started here, without waiting."""
    for process in list(_running):
        process.send_to_group(signal.SIGKILL)


@atexit.register
def end_all() -> None:
    """Ends what still runs: what was started and then lost to an interrupt."""
    # Without a thread: at the interpreter's end there are no new ones.
    hurry()
    for process in list(_running):
        process._end(GENTLY)
