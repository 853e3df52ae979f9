# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""No process of ours runs code that lies in the current folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_prefix

from attendseg_ros.errors import EngineError
from attendseg_ros.import_path import environment, python_command, trusted_path
from attendseg_ros.inference import load_bundle
from attendseg_ros.inference.measuring import Elsewhere

MODULES = (
    "statistics",
    "numpy",
    "yaml",
    "cv2",
    "onnxruntime",
    "rclpy",
    "attendseg_ros",
    "json",
    "signal",
)


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, full of modules that leave a trace when they are imported."""
    folder = tmp_path / "data"
    folder.mkdir()
    for module in MODULES:
        trace = f"open({str(tmp_path / 'trace')!r}, 'a').write({module!r})"
        (folder / f"{module}.py").write_text(f"{trace}\nraise SystemExit(9)\n")
    monkeypatch.chdir(folder)
    return tmp_path / "trace"


def run(command: list[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=variables, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("has_safe_path", [True, False])
def test_modules_and_code_come_from_the_installation(trap: Path, has_safe_path: bool) -> None:
    if has_safe_path and sys.version_info < (3, 11):
        pytest.skip("this Python has no -P")
    variables = environment()
    for how in (("-m", "attendseg_ros"), ("-c", "import sys, numpy; print('usage', sys.argv[1:])")):
        command = python_command(*how, "--help", has_safe_path=has_safe_path)
        done = run(command, variables)
        assert done.returncode == 0, done.stderr
        assert "usage" in done.stdout
    assert not trap.exists()


def test_the_measuring_of_auto_is_one_of_them(trap: Path) -> None:
    try:
        with Elsewhere("onnxruntime", load_bundle("street"), (64, 64), 1) as measured:
            assert measured.burst_ms() > 0.0
    except EngineError as error:
        pytest.fail(str(error))
    assert not trap.exists()


@pytest.mark.parametrize("first", ["", "/nowhere:"], ids=["leading", "in the middle"])
@pytest.mark.parametrize("name", ["bin/attendseg", "lib/attendseg_ros/synthetic_camera_node"])
def test_an_empty_entry_of_pythonpath_is_not_the_current_folder(
    trap: Path, name: str, first: str
) -> None:
    executable = Path(get_package_prefix("attendseg_ros")) / name
    # Behind the folders of ROS, where it stands for modules that they do not have.
    path = f"{first}:{os.environ['PYTHONPATH']}" if name.startswith("lib") else f"{first}:"
    arguments = ["--help"] if name.startswith("bin") else ["--ros-args", "-p", "width:=none"]
    installed = f"{os.environ['PYTHONPATH']}:{path}"
    done = run([str(executable), *arguments], {**os.environ, "PYTHONPATH": installed})
    assert "usage" in done.stdout or "width must be a whole number" in done.stderr, done.stderr
    assert not trap.exists()


def test_the_checkout_stays_on_the_path(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    done = run([sys.executable, "-m", "attendseg_ros", "info", "street"], dict(os.environ))
    assert done.returncode == 0, done.stderr
    assert "street" in done.stdout


def test_a_folder_named_on_purpose_stays(trap: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = str(Path.cwd())
    monkeypatch.setattr(sys, "path", ["", here, *sys.path])
    assert here not in trusted_path()
    monkeypatch.setenv("PYTHONPATH", here, prepend=os.pathsep)
    assert here in trusted_path()
    assert not trap.exists()


def test_a_relative_folder_means_the_one_of_the_start(trap: Path, repository: Path) -> None:
    # This process starts in the repository and moves to the data; "." was the repository.
    code = (
        "import os, subprocess, sys; from attendseg_ros.import_path import environment, "
        f"python_command; os.chdir({str(Path.cwd())!r}); "
        "sys.exit(subprocess.call(python_command('-c', 'import statistics, attendseg_ros; "
        "print(attendseg_ros.__file__)'), env=environment()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=repository,
        env={**os.environ, "PYTHONPATH": f".:test:{os.environ['PYTHONPATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert not trap.exists()
