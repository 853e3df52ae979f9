# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where compiled networks lie between two starts of a node, since compiling is most of a start.

A library that reads one trusts it as it trusts its own code, and what is wrong in it shows in no
error but in wrong masks. So a file carries a checksum of ours, which is verified before any library
sees it, and lies in a folder in which nobody but this user can write. Which engine was the fastest
(`measured.py`) lies beside them, kept in the same way.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attendseg_ros.files import write_atomically

_NETWORK = "blob"
_KEPT = {_NETWORK: 32, "engine": 256}
"""By kind of file. A model's sizes for a few counts of threads; a network takes some megabytes."""

_MOST_BYTES = 1 << 31
"""No network is larger. What is damaged may claim any size, and be a hole on the disk."""

_START = b"attendseg compiled 1\n"
_PRIVATE = 0o700

_said: set[str] = set()


def compiled_networks() -> Path | None:
    """The folder for an engine's compiled networks, this user's alone; only the latest stay.

    `$XDG_CACHE_HOME/attendseg_ros`, else `~/.cache/attendseg_ros` (XDG Base Directory
    Specification). Everything in it can be deleted at any time.

    Returns:
        None where there is no such folder and none can be made, or where others may write in it,
        which is logged once: a start then takes as long as the first one.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        # The specification has relative paths ignored.
        cache = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
        folder = cache / "attendseg_ros"
        folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        found = folder.lstat()
    except (OSError, RuntimeError):
        # Also a user without a home.
        return None
    if (why := _unsafe(found)) is not None:
        _say_once(f"{folder} is not used for compiled networks: {why}; delete it, or chmod 700")
        return None
    if stat.S_IMODE(found.st_mode) != _PRIVATE:
        # Others can read it only, as in folders of earlier versions.
        with contextlib.suppress(OSError):
            folder.chmod(_PRIVATE)
    _forget_old(folder)
    return folder


def key_of(**made_of: Any) -> str:
    """A name for what was compiled of all that it depends on; values are what JSON has."""
    text = repr(sorted(made_of.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def load_compiled(key: str, kind: str = _NETWORK) -> bytes | None:
    """What was stored under a key, if it is as it was stored; a damaged file is deleted."""
    folder = compiled_networks()
    if folder is None:
        return None
    path = folder / f"{key}.{kind}"
    try:
        # A link could lead out of the folder, to what others write.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            found = os.fstat(file.fileno())
            usable = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
            usable = usable and found.st_size <= _MOST_BYTES
            content = file.read() if usable else b""
    except FileNotFoundError:
        return None
    except OSError:
        content = b""
    begin = len(_START) + hashlib.sha256().digest_size
    network = content[begin:]
    if network and content[:begin] == _START + _checksum(key, network):
        return network
    with contextlib.suppress(OSError):
        path.unlink()
    return None


def store_compiled(key: str, network: bytes, kind: str = _NETWORK) -> None:
    """Stores a network, if that is possible: without it only the next start takes longer."""
    folder = compiled_networks()
    if folder is None:
        return
    try:
        content = _START + _checksum(key, network) + network
        write_atomically(folder / f"{key}.{kind}", content)
    except OSError:
        # A full disk, or one that can only be read.
        return


def _checksum(key: str, network: bytes) -> bytes:
    """Of the name too: a file under another one's name is of another network."""
    return hashlib.sha256(key.encode() + network).digest()


def _forget_old(folder: Path) -> None:
    for kind, kept in _KEPT.items():
        times: Mapping[Path, float] = {}
        with contextlib.suppress(OSError):
            times = {path: path.lstat().st_mtime for path in folder.glob(f"*.{kind}")}
        for path in sorted(times, key=times.__getitem__)[:-kept]:
            with contextlib.suppress(OSError):
                path.unlink()


def _unsafe(found: os.stat_result) -> str | None:
    if stat.S_ISLNK(found.st_mode):
        return "it is a symbolic link"
    if not stat.S_ISDIR(found.st_mode):
        return "it is not a folder"
    if found.st_uid != os.geteuid():
        return f"it belongs to another user ({found.st_uid})"
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return "others may write in it"
    return None


def _say_once(text: str) -> None:
    if text not in _said:
        _said.add(text)
        logging.getLogger("attendseg_ros").warning(text)
