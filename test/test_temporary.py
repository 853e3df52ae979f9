# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Temporary folders on a disk that is full."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.full_disk import in_a_full_folder

from attendseg_ros.temporary import temporary_folder


def test_a_library_s_word_on_a_full_disk_is_replaced(tmp_path: Path) -> None:
    script = """
import os, tempfile
from attendseg_ros.errors import DataError
from attendseg_ros.temporary import temporary_folder
try:
    with temporary_folder("mine_") as folder:
        (folder / "large").write_bytes(bytes(1 << 22))
except OSError as error:
    print(error.strerror, error.filename)
try:
    with temporary_folder() as folder:
        with (folder / "large").open("wb") as file:
            try:
                file.write(bytes(1 << 22))
                file.flush()
            except OSError:
                raise ValueError("Wire format was corrupt")
except OSError as error:
    print(error.strerror)
try:
    with temporary_folder():
        raise ValueError("a library that removed its files")
except DataError as error:
    print(error)
print(os.listdir(tempfile.gettempdir()))
"""
    lines = in_a_full_folder(tmp_path, script, "3m").splitlines()
    assert lines[0].startswith(f"No space left on device {tmp_path}/mine_")
    assert lines[1] == "No space left on device"
    assert "only 3 MB are free there" in lines[2]
    assert lines[2].endswith("set TMPDIR to a folder with more room")
    assert lines[3:] == ["[]"]


def test_what_fails_in_a_temporary_folder_fails_as_it_did() -> None:
    with pytest.raises(ValueError, match="corrupt"), temporary_folder() as folder:
        raise ValueError("corrupt")
    assert not folder.exists()
