# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Processes of the demo."""

from __future__ import annotations

import contextlib
import socket
import time
from pathlib import Path

import pytest

from demo.children import Child
from demo.errors import DemoError
from demo.run import free_domain_id


def module(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> str:
    """A module for `python -m`, made of a line of code."""
    (folder / "some_node.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=":")
    return "some_node"


def wait_for_end(child: Child) -> bool:
    deadline = time.monotonic() + 30.0
    while not child.ended and time.monotonic() < deadline:
        time.sleep(0.02)
    return child.ended


def test_failure_is_told_with_the_last_line_of_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = module(tmp_path, monkeypatch, "print('starting')\nraise SystemExit('no such model')")
    said = "some_node ended with status 1: no such model"
    with Child(name, {}, {}, tmp_path / "log") as child, pytest.raises(DemoError, match=said):
        wait_for_end(child)


def test_parameters_and_remappings_are_ros_arguments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = module(tmp_path, monkeypatch, "import sys; print(*sys.argv[1:], sep='|')")
    parameters: dict[str, bool | int | float | str] = {"path": "a: b #c", "loop": True, "n": 2}
    with Child(name, parameters, {"image": "/image_raw"}, tmp_path / "log") as child:
        assert wait_for_end(child)
    assert (tmp_path / "log").read_text().strip() == (
        '--ros-args|-p|path:="a: b #c"|-p|loop:=true|-p|n:=2|-r|image:=/image_raw'
    )


def test_process_is_stopped_whatever_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import time\nprint('here', flush=True)\n"
        "try:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('gone')"
    )
    log = tmp_path / "log"
    child = Child(module(tmp_path, monkeypatch, code), {}, {}, log)
    with contextlib.suppress(ZeroDivisionError), child:
        while "here" not in log.read_text():
            time.sleep(0.02)
        _ = 1 / 0
    assert child.ended
    assert "gone" in log.read_text()


def test_domain_that_is_in_use_is_not_taken() -> None:
    first = free_domain_id()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as participant:
        participant.bind(("", 7400 + 250 * first + 10))
        second = free_domain_id()
    assert 1 <= first <= 101
    assert second != first
