# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The command in its own process, and a model whose answers are known."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.tiny_bundle import write_tiny_bundle

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """Of the command's processes: networks this small lose by more threads than one."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}


@pytest.fixture(scope="session")
def attendseg(repository: Path, environment: dict[str, str]) -> Command:
    """Runs `attendseg` with arguments."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        process = subprocess.run(
            [sys.executable, "-m", "attendseg_ros", *map(str, arguments)],
            cwd=repository,
            env=environment,
            capture_output=True,
            timeout=300,
            check=False,
        )
        # Not as text: that would make each return to the start of a progress bar a new line.
        out, err = process.stdout.decode(), process.stderr.decode()
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    return run


@pytest.fixture(scope="session")
def result_of(attendseg: Command) -> Callable[..., dict[str, Any]]:
    """Runs `attendseg ... --json` and reads what it prints, which must be JSON and nothing else."""

    def run(*arguments: object) -> dict[str, Any]:
        process = attendseg(*arguments, "--json")
        assert process.returncode == 0, process.stderr
        result: dict[str, Any] = json.loads(process.stdout)
        return result

    return run


@pytest.fixture(scope="session")
def refusal_of(attendseg: Command) -> Callable[..., str]:
    """Runs `attendseg ...`, which must refuse in one line on stderr, and returns that line."""

    def run(*arguments: object) -> str:
        process = attendseg(*arguments)
        assert process.returncode == 2, process.stdout + process.stderr
        assert process.stdout == ""
        (line,) = process.stderr.split("\r")[-1].splitlines()
        return str(line)

    return run


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that gives each pixel the class of the nearest colour."""
    return write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny")
