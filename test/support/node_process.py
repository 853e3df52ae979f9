# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs a node of the package as users do: its own process, in its own namespace."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.logged_process import LoggedProcess

_numbers = itertools.count()


class NodeProcess(LoggedProcess):
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
        program: tuple[str, ...] = (),
    ) -> None:
        """Starts it.

        Args:
            module: what `python -m` runs.
            log: a file for everything it writes.
            parameters: values as YAML writes them.
            namespace: the node's; a new one when left out.
            arguments: further ROS arguments.
            environment: variables on top of this process's.
            program: what Python runs in place of the module.
        """
        self.namespace = namespace or f"/test_{os.getpid()}_{next(_numbers)}"
        command = [sys.executable, *(program or ("-m", module))]
        command += ["--ros-args", "-r", f"__ns:={self.namespace}"]
        for name, value in (parameters or {}).items():
            command += ["-p", f"{name}:={value}"]
        super().__init__([*command, *arguments], log, environment)

    def __enter__(self) -> NodeProcess:
        return self
