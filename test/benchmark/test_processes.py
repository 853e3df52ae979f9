# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Processes of a measurement: asked to end until they do, and their ends told in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendseg_ros.benchmark import processes
from attendseg_ros.benchmark.processes import Process
from attendseg_ros.errors import BenchmarkError

STUBBORN = """
import json, signal, sys, threading
asked, over = [], threading.Event()
def handler(*_):
    asked.append(1)
    if len(asked) == {signals}:
        over.set()
signal.signal(signal.SIGINT, handler)
print(json.dumps({{"event": "ready"}}), flush=True)
while not over.wait(0.01):
    pass
{last}
"""


def stubborn(tmp_path: Path, signals: int, last: str) -> Process:
    code = STUBBORN.format(signals=signals, last=last)
    return Process("listener", ["-c", code], tmp_path / "log")


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PATIENCE_S", 8.0)


@pytest.mark.parametrize("signals", [1, 2])
def test_is_asked_again_where_it_goes_on(signals: int, tmp_path: Path) -> None:
    last = 'print(json.dumps({"event": "done", "asked": len(asked)}), flush=True)'
    with stubborn(tmp_path, signals, last) as process:
        process.wait_for("ready", 60.0)
        assert process.end("done")["asked"] == signals


def test_an_end_without_the_event_is_told(tmp_path: Path) -> None:
    with stubborn(tmp_path, 1, 'sys.exit("no camera")') as process:
        process.wait_for("ready", 60.0)
        with pytest.raises(BenchmarkError, match="listener ended early: no camera"):
            process.end("done")
