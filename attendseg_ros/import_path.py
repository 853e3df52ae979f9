# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where our processes import from: the installation, never the folder they happen to be started in.

A file `numpy.py` or `statistics.py` beside somebody's pictures must not run. Python looks into the
current folder for `python -m` and `python -c`, and wherever an entry of PYTHONPATH is empty, as in
the common `PYTHONPATH=$PYTHONPATH:/more`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

HAS_SAFE_PATH = sys.version_info >= (3, 11)

# What `-P -m` does, for Python 3.10.
_RUN_MODULE = (
    "import sys; sys.path.pop(0); import runpy; sys.argv.pop(0); "
    "runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
)
_RUN_CODE = "import sys; sys.path.pop(0)\n"


def python_command(*arguments: str, has_safe_path: bool = HAS_SAFE_PATH) -> list[str]:
    """The command that runs Python without the current folder; to be started with `environment()`.

    Args:
        arguments: as after `python`: "-m" and a module, "-c" and code, or a script, and their own.
        has_safe_path: whether this Python has the option -P.
    """
    how, *others = arguments
    if how not in ("-m", "-c"):
        # A script brings its own folder, wherever it is started.
        return [sys.executable, *arguments]
    if has_safe_path:
        return [sys.executable, "-P", *arguments]
    if how == "-m":
        return [sys.executable, "-c", _RUN_MODULE, *others]
    return [sys.executable, "-c", _RUN_CODE + others[0], *others[1:]]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's variables for another one that imports from where this one does.

    Args:
        more: further variables.
    """
    # A relative entry means the folder this process started in. Python made it absolute in sys.path
    # then; passed on as it is, it would mean wherever the other process starts.
    named = [folder for folder in _named() if Path(folder).is_absolute()]
    folders = dict.fromkeys([*named, *trusted_path()])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(folders), **(more or {})}


def trusted_path() -> list[str]:
    """`sys.path` without the current folder.

    It stays where it was named on purpose, in PYTHONPATH, and where this package lies in it, as in
    a checkout of the sources.
    """
    kept = {_real(folder) for folder in _named()}
    kept.add(str(Path(__file__).resolve().parents[1]))
    current = _current_folder()
    return [p for p in sys.path if p and (_real(p) != current or current in kept)]


def leave_current_folder_out() -> None:
    """Takes the current folder off this process's `sys.path`, as `trusted_path` says."""
    sys.path[:] = trusted_path()


def _named() -> list[str]:
    """The folders of PYTHONPATH; an empty entry is none, though Python takes it for one."""
    return [folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]


def _current_folder() -> str:
    try:
        return os.path.realpath(Path.cwd())
    except OSError:
        # It was deleted, so nothing can be imported from it.
        return ""


def _real(folder: str) -> str:
    return os.path.realpath(folder)
