# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One run at a time in a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from attendseg_ros.errors import DataError
from attendseg_ros.locks import held_alone, lock

HOLD = "import sys, time; from pathlib import Path; from attendseg_ros.locks import held_alone\n"
HOLD += "with held_alone(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"


def test_the_lock_goes_with_its_process(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "run"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with (
            pytest.raises(DataError, match="run: another run is writing"),
            held_alone(folder),
        ):
            pass
        process.kill()
    with held_alone(folder):
        assert folder.is_dir()


def test_a_folder_that_was_taken_away_meanwhile_is_not_held(tmp_path: Path) -> None:
    folder = tmp_path / "room"
    for made_anew in (False, True):
        folder.mkdir()
        descriptor = os.open(folder, os.O_RDONLY)
        shutil.rmtree(folder)
        if made_anew:
            folder.mkdir()
        with pytest.raises(DataError, match="output: another run"):
            lock(descriptor, folder, Path("output"))
        os.close(descriptor)


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(DataError, match="file/run: cannot be made"),
        held_alone(tmp_path / "file" / "run"),
    ):
        pass
