# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""scripts/install_engines.bash: real pip in a new environment, with wheels that lie in a folder."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from support.wheels import write_wheel

pytest.importorskip("ensurepip", reason="new environments get no pip here: python3-venv is missing")

SCRIPT = Path(__file__).parents[1] / "scripts" / "install_engines.bash"
VARIABLES = ("PYTHONPATH", "_ROS_WHEELS_BOOTSTRAP_COMPLETE", "PIP_CONSTRAINT")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in place of an index: two versions of NumPy, and what depends on it."""
    folder = tmp_path_factory.mktemp("wheels")
    for version in ("1.21.5", "1.26.4", "2.3.0"):
        write_wheel(folder, "numpy", version)
    write_wheel(folder, "onnxruntime", "1.30.0", ["numpy>=1.21.6"])
    write_wheel(folder, "openvino", "2026.1", ["numpy<2.6,>=1.16"])
    return folder


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Path:
    """A Python with the NumPy of Ubuntu 22.04."""
    folder = tmp_path_factory.mktemp("robot") / "venv"
    venv.create(folder, with_pip=True, symlinks=True)
    path = folder / "bin" / "python3"
    install = [str(path), "-m", "pip", "install", "-qq", "numpy==1.21.5"]
    subprocess.run(install, check=True, env=offline(wheels))
    return path


def offline(wheels: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    # No settings of the machine either: they may name an index.
    return {
        **kept,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_CONFIG_FILE": os.devnull,
    }


def install(python: Path | str, wheels: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(SCRIPT), *arguments],
        env={**offline(wheels), "PYTHON": str(python)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def version(python: Path, module: str) -> str:
    code = f"import {module}; print({module}.__version__)"
    run = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
    return run.stdout.strip()


def test_installs_the_engines_and_leaves_numpy_its_major_version(
    python: Path, wheels: Path
) -> None:
    run = install(python, wheels)
    assert run.returncode == 0, run.stdout + run.stderr
    assert version(python, "onnxruntime") == "1.30.0"
    # The newest that Humble's OpenCV can be imported with.
    assert version(python, "numpy") == "1.26.4"
    is_x86 = platform.machine() == "x86_64"
    assert version(python, "openvino") == ("2026.1" if is_x86 else "")
    again = install(python, wheels, "openvino")
    assert again.returncode == 0, again.stdout + again.stderr
    assert version(python, "openvino") == "2026.1"


def test_a_dry_run_only_says_what_would_be_done(python: Path, wheels: Path) -> None:
    before = version(python, "onnxruntime")
    run = install(python, wheels, "--dry-run", "onnxruntime")
    assert run.returncode == 0
    assert f"onnxruntime for {python}, with numpy>=1,<2" in run.stdout
    assert version(python, "onnxruntime") == before


def test_an_engine_that_cannot_be_had_ends_in_words(python: Path, tmp_path: Path) -> None:
    run = install(python, tmp_path, "--dry-run")
    assert run.returncode == 0
    subprocess.run([str(python), "-m", "pip", "uninstall", "-qqy", "onnxruntime"], check=True)
    run = install(python, tmp_path, "onnxruntime")
    assert run.returncode == 1
    assert "install_engines: pip could not install them" in run.stderr


def test_wrong_use_is_refused_in_a_line(tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    bare = tmp_path / "bare" / "bin" / "python3"
    for python, argument, words in (
        (sys.executable, "tflite", "unknown argument 'tflite'"),
        ("no_such_python", "openvino", "there is no no_such_python"),
        (bare, "openvino", f"{bare} has no pip: sudo apt install python3-pip"),
    ):
        run = install(python, tmp_path, argument)
        assert run.returncode == 1
        (line,) = run.stderr.splitlines()
        assert words in line
