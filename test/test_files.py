# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Files written whole or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from support.full_disk import full_disk

from attendseg_ros.files import write_atomically


def test_replaces_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_follows_the_umask_as_open_does(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.write_bytes(b"")
    path = tmp_path / "file"
    write_atomically(path, b"")
    assert path.stat().st_mode == usual.stat().st_mode
    path.chmod(0o600)
    write_atomically(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_reader_keeps_the_old_content_until_the_new_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")
    with path.open("rb") as reader:
        write_atomically(path, b"new" * 1000)
        assert reader.read() == b"old"


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    with pytest.raises(OSError, match="folder"):
        write_atomically(target, b"content")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_a_full_disk_names_the_file_and_keeps_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    write_atomically(path, b"old")
    with full_disk(100), pytest.raises(OSError, match=r"last\.pt'$"):
        write_atomically(path, bytes(101))
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["last.pt"]
