# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Paths that a shell makes of nothing, and a current folder that is gone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("segment", "", "-o", "out"),
        ("segment", "pictures", "-o", ""),
        ("import", "network.onnx", "-o", "", "--classes", "camvid"),
        ("train", "--data", "", "--classes", "camvid", "-o", "run"),
        ("explore", "--data", "set", "--classes", "camvid", "-o", ""),
        ("evaluate", "street", "--data", ""),
        ("evaluate", "street", "--data", "set", "--groups", ""),
    ],
)
def test_an_empty_path_is_not_the_current_folder(
    attendseg: Command, arguments: tuple[str, ...]
) -> None:
    process = attendseg(*arguments)
    assert process.returncode == 2
    assert "is empty, as a variable of the shell" in process.stderr.splitlines()[-1]


def test_a_current_folder_that_is_gone_is_said(tmp_path: Path, tiny: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    cv2.imwrite(str(tmp_path / "picture.png"), np.zeros((8, 8, 3), np.uint8))
    command = ["segment", str(tmp_path / "picture.png"), "-o", "out", "--model", str(tiny)]
    script = f'cd "{folder}" && rmdir "{folder}" && exec "$@"'
    process = subprocess.run(
        ["sh", "-c", script, "sh", sys.executable, "-m", "attendseg_ros", *command],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert process.returncode == 2
    (line,) = process.stderr.splitlines()
    assert line == "attendseg segment: " + (
        "the current folder, which paths begin at, does not exist any more: cd to another"
    )
