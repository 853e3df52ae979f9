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
CONSTRAINTS = VENV / "constraints.txt"
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


def pip_install(requirements: list[Path], constraints: list[Path]) -> None:
    """Install requirement files into .venv, or end with one line that says what failed."""
    command = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    # Old versions of pip would otherwise build what has no wheel in a deprecated way.
    command += ["--use-pep517"]
    for file in requirements:
        command += ["--requirement", str(file)]
    for file in constraints:
        command += ["--constraint", str(file)]
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit("make_venv: pip could not install the packages (its message is above)")


def ask(question: str) -> str:
    """Return what the Python of .venv prints."""
    command = [str(PYTHON), "-c", question]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def has(module: str) -> bool:
    """Return whether .venv has a module, from the sourced ROS or the host."""
    return ask(f"import importlib.util as u; print(u.find_spec({module!r}) is not None)") == "True"


def missing_beside_sourced_ros() -> list[str]:
    """Return the requirements that the sourced ROS and its host do not bring."""
    present = {
        "opencv-python-headless": has("cv2"),
        "setuptools": has("setuptools"),
        "cmake": shutil.which("cmake") is not None,
        "colcon-": shutil.which("colcon") is not None,
    }
    skipped = tuple(name for name, is_present in present.items() if is_present)
    lines = [line for file in requirement_files(SOURCED) for line in file.read_text().splitlines()]
    return [line for line in lines if not line.startswith(skipped)]


def numpy_of_sourced_ros() -> list[str]:
    """Return the constraint that keeps to its major version.

    cv_bridge of a ROS built with NumPy 1 cannot be imported under NumPy 2.
    """
    if not has("numpy"):
        return []
    version = ask("import numpy; print(numpy.__version__)")
    return [f"numpy>={version},<{int(version.split('.')[0]) + 1}"]


def mend_exported_cmake() -> None:
    """Replace include folders of the machine that built the wheels by those of this Python.

    CMake refuses imported targets whose include folders do not exist.
    """
    numpy_include = ask("import numpy; print(numpy.get_include())")
    python_include = sysconfig.get_paths()["include"]
    for file in VENV.glob("share/*/cmake/*.cmake"):
        text = file.read_text()
        mended = re.sub(r'/opt/python/[^;"]*/numpy/_?core/include', numpy_include, text)
        mended = re.sub(r'/opt/python/[^;"]*/include/python3\.\d+', python_include, mended)
        if mended != text:
            file.write_text(mended)


def make(ros: str, stamp: str) -> None:
    """Make a new .venv; the stamp comes last."""
    for folder in (VENV, ROOT / "build", ROOT / "install", ROOT / "log"):
        shutil.rmtree(folder, ignore_errors=True)
    venv.create(VENV, with_pip=True, symlinks=True, system_site_packages=ros == SOURCED)
    # Without it colcon searches the environment for packages.
    (VENV / "COLCON_IGNORE").touch()
    if ros == SOURCED:
        if not has("rclpy"):
            sys.exit(f"make_venv: rclpy cannot be found from an environment of {sys.executable}")
        requirements = VENV / "requirements.txt"
        requirements.write_text("\n".join(missing_beside_sourced_ros()))
        CONSTRAINTS.write_text("\n".join(numpy_of_sourced_ros()))
        pip_install([requirements], [CONSTRAINTS])
    else:
        CONSTRAINTS.touch()
        pip_install(requirement_files(ros), [])
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
    pip_install([file], [CONSTRAINTS, ROOT / "requirements" / "build.txt"])
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
