# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Make the virtual environment .venv of this checkout, or keep the one that already fits.

    python3 scripts/make_venv.py kilted|jazzy|sourced [--test]

A stamp, written last, says what .venv was made from; an environment without the right stamp
(another distribution, another Python, changed requirements, an interrupted run, a moved folder)
is replaced.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python3"
SOURCED = "sourced"


def fingerprint(*parts: str, files: list[Path]) -> str:
    """Return a text that changes with the parts and with the content of the files."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return "\n".join([*parts, digest.hexdigest(), ""])


def requirement_files(ros: str) -> list[Path]:
    """Return what the demo's path installs; a sourced ROS brings ROS itself."""
    names = ["runtime", "build"] if ros == SOURCED else [f"ros_{ros}", "runtime", "build"]
    return [ROOT / "requirements" / f"{name}.txt" for name in names]


def pip_install(files: list[Path], constraints: list[str]) -> None:
    """Install requirement files into .venv, or end with one line that says what failed."""
    constraint_file = VENV / "constraints.txt"
    constraint_file.write_text("".join(f"{line}\n" for line in constraints))
    command = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    # Old versions of pip would otherwise build what has no wheel in a deprecated way.
    command += ["--use-pep517", "--constraint", str(constraint_file)]
    for file in files:
        command += ["--requirement", str(file)]
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit("make_venv: pip could not install the packages (its message is above)")


def fitting_to_sourced_ros(files: list[Path]) -> tuple[list[Path], list[str]]:
    """Leave out what the sourced ROS brings, and keep to the major version of its NumPy.

    cv_bridge of a ROS built with NumPy 1 cannot be imported under NumPy 2.

    Args:
        files: requirement files.

    Returns:
        Requirement files without what is there, and constraints for pip.
    """
    present = {
        "opencv-python-headless": importlib.util.find_spec("cv2") is not None,
        "setuptools": importlib.util.find_spec("setuptools") is not None,
        "cmake": shutil.which("cmake") is not None,
        "colcon-": shutil.which("colcon") is not None,
    }
    skipped = tuple(name for name, is_present in present.items() if is_present)
    kept = VENV / "requirements.txt"
    lines = [line for file in files for line in file.read_text().splitlines()]
    kept.write_text("".join(f"{line}\n" for line in lines if not line.startswith(skipped)))
    if importlib.util.find_spec("numpy") is None:
        return [kept], []
    import numpy as np

    major = int(np.__version__.split(".")[0])
    return [kept], [f"numpy>={np.__version__},<{major + 1}"]


def mend_exported_cmake() -> None:
    """Replace include folders of the machine that built the wheels by those of this Python.

    CMake refuses imported targets whose include folders do not exist.
    """
    query = "import numpy; print(numpy.get_include())"
    numpy_include = subprocess.run(
        [str(PYTHON), "-c", query], check=True, capture_output=True, text=True
    ).stdout.strip()
    python_include = sysconfig.get_paths()["include"]
    for file in VENV.glob("share/*/cmake/*.cmake"):
        text = file.read_text()
        mended = re.sub(r'/opt/python/[^;"]*/numpy/_?core/include', numpy_include, text)
        mended = re.sub(r'/opt/python/[^;"]*/include/python3\.\d+', python_include, mended)
        if mended != text:
            file.write_text(mended)


def make(ros: str, stamp: str) -> None:
    """Make .venv anew; the stamp comes last."""
    for folder in (VENV, ROOT / "build", ROOT / "install", ROOT / "log"):
        shutil.rmtree(folder, ignore_errors=True)
    venv.create(VENV, with_pip=True, system_site_packages=ros == SOURCED)
    # Without it colcon searches the environment for packages.
    (VENV / "COLCON_IGNORE").touch()
    files = requirement_files(ros)
    if ros == SOURCED:
        pip_install(*fitting_to_sourced_ros(files))
    else:
        pip_install(files, constraints=[])
        mend_exported_cmake()
    (VENV / "ros").write_text(f"{ros}\n")
    (VENV / "stamp").write_text(stamp)


def add_test_packages() -> None:
    """Install what the tests need, unless it is there."""
    file = ROOT / "requirements" / "test.txt"
    stamp_file, stamp = VENV / "test_stamp", fingerprint(files=[file])
    if stamp_file.exists() and stamp_file.read_text() == stamp:
        return
    print("Installing the test packages (torch is large)", flush=True)
    constraints = (VENV / "constraints.txt").read_text().splitlines()
    constraints += (ROOT / "requirements" / "build.txt").read_text().splitlines()
    pip_install([file], constraints)
    stamp_file.write_text(stamp)


def main() -> None:
    """Parse the arguments and bring .venv to what they ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ros", help="kilted or jazzy (from PyPI), or sourced")
    parser.add_argument("--test", action="store_true", help="also what the tests need")
    arguments = parser.parse_args()
    ros = arguments.ros
    # Where the sourced ROS is: another one needs another environment.
    rclpy = importlib.util.find_spec("rclpy") if ros == SOURCED else None
    origin = str(rclpy.origin) if rclpy else ""
    stamp = fingerprint(ros, origin, sys.version, str(ROOT), files=requirement_files(ros))
    stamp_file = VENV / "stamp"
    if not stamp_file.exists() or stamp_file.read_text() != stamp:
        source = "beside the sourced ROS 2" if ros == SOURCED else f"with ROS 2 {ros} from PyPI"
        print(f"Making .venv {source} (a minute or two)", flush=True)
        make(ros, stamp)
    if arguments.test:
        add_test_packages()


if __name__ == "__main__":
    main()
