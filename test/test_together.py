# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Files that belong together: all new, or all as they were."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.full_disk import full_disk

from attendseg_ros import files
from attendseg_ros.import_path import environment, python_command
from attendseg_ros.together import write_together


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    first, second = tmp_path / "first", tmp_path / "second"
    write_together({first: b"old", second: b"old"})
    return first, second


def test_all_are_replaced_and_nothing_else_stays(pair: tuple[Path, Path]) -> None:
    write_together(dict.fromkeys(pair, b"new"))
    assert [path.read_bytes() for path in pair] == [b"new", b"new"]
    assert sorted(pair[0].parent.iterdir()) == sorted(pair)
    # Of other tests there may be some: of what was stopped while it was written.
    assert not [path for path in files._unfinished if path.parent == pair[0].parent]


def test_where_one_does_not_fit_all_stay(pair: tuple[Path, Path]) -> None:
    first, second = pair
    with full_disk(100), pytest.raises(OSError, match=r"second'$"):
        write_together({first: b"new", second: bytes(101)})
    assert [path.read_bytes() for path in pair] == [b"old", b"old"]
    assert sorted(first.parent.iterdir()) == sorted(pair)


STOPPED_BETWEEN_TWO = """
import os, signal, sys
from pathlib import Path
from attendseg_ros.together import write_together
# A process that is started in the background of a shell ignores it.
signal.signal(signal.SIGINT, signal.default_int_handler)
replace = Path.replace
def and_stop(path, target):
    placed = replace(path, target)
    os.kill(os.getpid(), signal.SIGINT)
    return placed
Path.replace = and_stop
try:
    write_together(dict.fromkeys(map(Path, sys.argv[1:]), b"new"))
except KeyboardInterrupt:
    sys.exit(9)
"""


def test_a_stop_between_two_of_them_waits_for_the_last(pair: tuple[Path, Path]) -> None:
    """The signal comes as soon as the first has its place."""
    command = [*python_command("-c", STOPPED_BETWEEN_TWO), *map(str, pair)]
    assert subprocess.run(command, env=environment(), check=False, timeout=60).returncode == 9
    assert [path.read_bytes() for path in pair] == [b"new", b"new"]
