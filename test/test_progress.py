# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Progress is a bar on a terminal; a log gets lines, and few of them."""

from __future__ import annotations

import io
import sys
import time

import pytest

from attendseg_ros import progress
from attendseg_ros.progress import progress_of


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LOG_INTERVAL_S", 0.1)
    bar = progress_of(range(100), desc="work", leave=False)
    for step in bar:
        bar.set_postfix(step=step, refresh=False)
        time.sleep(0.005)
    said = capsys.readouterr().err
    assert "\r" not in said
    lines = said.splitlines()
    assert 1 <= len(lines) <= 10
    assert all(line.startswith("work:") and "/100 [" in line for line in lines)


def test_what_is_done_soon_is_nothing_to_speak_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(progress_of(range(3), desc="work")) == [0, 1, 2]
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(progress_of(range(3), desc="work")) == [0, 1, 2]
    assert "\rwork: 100%" in terminal.getvalue()
