# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An Arm system in a folder: Debian's Python and the aarch64 wheels, run by qemu-user.

Nothing is installed on the host and nothing needs root: packages are unpacked into the folder.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from attendseg_ros.errors import AttendSegError
from reliability.arm.boards import Board, write_processor

_TOOLS = ("apt-get", "dpkg-deb")

_PACKAGES = ("python3-minimal", "libpython3-stdlib", "libstdc++6", "libgomp1")
"""Of Debian, for arm64."""

_PINNED = ("onnxruntime", "numpy", "opencv-python-headless")
"""Of the versions that are installed here: what is compared are processors."""

_PLATFORMS = ("2_28", "2_27", "2_17")


class ArmError(AttendSegError):
    """The Arm system cannot be made, or what runs on it fails."""


@dataclass(frozen=True)
class ArmSystem:
    """Runs Python programs on an emulated board.

    Attributes:
        qemu: the emulator.
        root: the system's root.
        python: the interpreter, by its path on the host.
        packages: the folder of the Python packages.
    """

    qemu: Path
    root: Path
    python: Path
    packages: Path

    def run(self, board: Board, arguments: Sequence[str], python_path: Sequence[Path]) -> str:
        """Runs Python on a board.

        Args:
            board: which one.
            arguments: of Python.
            python_path: folders of further modules.

        Returns:
            What it printed.

        Raises:
            ArmError: it fails; with the end of what it said.
        """
        write_processor(self.root, board)
        path = ":".join(map(str, (self.packages, *python_path)))
        command = [str(self.qemu), "-cpu", board.cpu, "-L", str(self.root), str(self.python)]
        command += arguments
        return _run(command, {"PYTHONPATH": path, "HOME": str(self.root), "LC_ALL": "C.UTF-8"})


def prepare(folder: Path) -> ArmSystem:
    """Makes the system, or takes what an earlier call left there.

    Args:
        folder: made if missing; 330 MB.

    Raises:
        ArmError: this is no Debian, or a package cannot be had.
    """
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        raise ArmError(f"there is no {' and no '.join(missing)} here: run this on Debian")
    folder = folder.resolve()
    done, pinned = folder / "complete", _pinned()
    root, packages = folder / "root", folder / "packages"
    if not done.exists() or done.read_text().split() != pinned:
        done.unlink(missing_ok=True)
        for part in (root, packages):
            shutil.rmtree(part, ignore_errors=True)
        _unpack_debian(folder, root)
        _install_wheels(packages, _python(root).name.removeprefix("python"), pinned)
        done.write_text("\n".join(pinned))
    return ArmSystem(_qemu(folder), root, _python(root), packages)


def _unpack_debian(folder: Path, root: Path) -> None:
    """Downloads Arm's packages with all that they depend on, by an apt that knows of no others."""
    state, cache = folder / "apt" / "state", folder / "apt" / "cache"
    for part in (state / "lists" / "partial", cache / "archives" / "partial", root):
        part.mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    options = {
        "APT::Architecture": "arm64",
        "APT::Architectures": "arm64",
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",
        "Debug::NoLocking": "1",
        "Dir::State": state,
        "Dir::State::status": state / "status",
        "Dir::Cache": cache,
    }
    apt = ["apt-get", "-q", "-y", *(f"-o{key}={value}" for key, value in options.items())]
    _run([*apt, "update"])
    _run([*apt, "install", "--download-only", *_PACKAGES])
    for package in sorted((cache / "archives").glob("*.deb")):
        _run(["dpkg-deb", "-x", package, root])
    shutil.rmtree(folder / "apt")


def _pinned() -> list[str]:
    """What pip shall install for Arm, with versions."""
    try:
        return [f"{name}=={metadata.version(name)}" for name in _PINNED]
    except metadata.PackageNotFoundError as error:
        raise ArmError(f"pip has not installed {error.name} here: run this by make arm") from error


def _install_wheels(packages: Path, python_version: str, pinned: Sequence[str]) -> None:
    platforms = [f"--platform=manylinux_{version}_aarch64" for version in _PLATFORMS]
    abi = f"cp{python_version.replace('.', '')}"
    _run(
        [
            *(sys.executable, "-m", "pip", "install", "-q", "--target", packages),
            *("--only-binary=:all:", f"--python-version={python_version}", "--implementation=cp"),
            *(f"--abi={abi}", "--abi=abi3", "--platform=manylinux2014_aarch64", *platforms),
            *(*pinned, "PyYAML", "tqdm"),
        ]
    )


def _qemu(folder: Path) -> Path:
    """The emulator: the host's, or Debian's unpacked."""
    for name in ("qemu-aarch64-static", "qemu-aarch64"):
        if (found := shutil.which(name)) is not None:
            return Path(found)
    emulator = folder / "qemu-aarch64-static"
    if not emulator.exists():
        # The package holds those of all architectures.
        with tempfile.TemporaryDirectory(dir=folder) as name:
            unpacked = Path(name)
            _run(["apt-get", "download", "qemu-user-static"], folder=unpacked)
            (package,) = unpacked.glob("*.deb")
            _run(["dpkg-deb", "-x", package, unpacked])
            (unpacked / "usr" / "bin" / emulator.name).rename(emulator)
    return emulator


def _python(root: Path) -> Path:
    found = [path for path in (root / "usr" / "bin").glob("python3.*") if path.suffix[1:].isdigit()]
    if len(found) != 1:
        raise ArmError(f"{root} should hold one Python 3, found {len(found)}")
    return found[0]


def _run(
    command: Sequence[str | Path],
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> str:
    words = [str(word) for word in command]
    result = subprocess.run(
        words, capture_output=True, text=True, env=environment, cwd=folder, check=False
    )
    if result.returncode:
        said = (result.stderr or result.stdout).strip()[-500:]
        raise ArmError(f"{Path(words[0]).name} ended with {result.returncode}: {said}")
    return result.stdout
