# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The demo's processes: started with their own logs, watched, and always stopped."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from attendseg_ros.import_path import environment, python_command
from attendseg_ros.processes import Process
from demo.errors import DemoError


class Child:
    """A ROS node in its own process. A context manager: leaving it stops the process."""

    def __init__(
        self,
        module: str,
        parameters: Mapping[str, bool | int | float | str],
        remappings: Mapping[str, str],
        log: Path,
    ) -> None:
        """Starts `python -m module --ros-args ...` in the environment of this process.

        Args:
            module: module that runs the node.
            parameters: ROS parameters.
            remappings: topic names from the node's to the graph's.
            log: file for everything the node prints.
        """
        self._name = module.rpartition(".")[2]
        self._log = log
        command = python_command("-m", module, "--ros-args")
        for key, value in parameters.items():
            # JSON is YAML in which a text stays a text whatever is in it.
            command += ["-p", f"{key}:={json.dumps(value)}"]
        for name, topic in remappings.items():
            command += ["-r", f"{name}:={topic}"]
        with log.open("wb") as file:
            self._process = Process(
                command,
                stdout=file,
                stderr=subprocess.STDOUT,
                environment=environment({"PYTHONUNBUFFERED": "1"}),
            )

    @property
    def ended(self) -> bool:
        """Whether the process has ended by itself, and well.

        Raises:
            DemoError: it ended with an error.
        """
        status = self._process.status
        if status:
            raise DemoError(f"{self._name} ended with status {status}: {self.last_words()}")
        return status is not None

    def last_words(self) -> str:
        """The last line that the process printed, and where the others are."""
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return f"{lines[-1] if lines else 'it printed nothing'} (all of it: {self._log})"

    def stop(self) -> None:
        """Ends the process as Ctrl-C does, and less gently if it does not obey."""
        self._process.end()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
