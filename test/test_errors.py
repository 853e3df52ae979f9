# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Errors are told on one line, by one function."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from attendseg_ros.errors import DataError, described, one_line, reason_of

_OWN = re.compile(r"""["'] ["']\.join\([^\n]*\.split\(\)""")


def test_one_line_whatever_the_text() -> None:
    assert one_line(ValueError("a\n  b\r\n\tc ")) == "a b c"
    assert one_line("a") == "a"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (KeyError("mask"), "KeyError: 'mask'"),
        (RuntimeError("no\nsuch node"), "RuntimeError: no such node"),
        (DataError("an empty folder"), "an empty folder"),
    ],
)
def test_only_errors_of_others_need_their_type(error: Exception, text: str) -> None:
    assert described(error) == text


def test_an_error_of_the_system_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(OSError) as caught:
        (tmp_path / "gone").read_bytes()
    assert reason_of(caught.value) == "No such file or directory"
    assert reason_of(OSError("of a\nlibrary")) == "of a library"
    assert reason_of(DataError("an empty folder")) == "an empty folder"


def test_nobody_joins_lines_in_another_way(repository: Path) -> None:
    folders = ("attendseg_ros", "benchmark", "demo", "reliability", "test/support")
    files = [path for folder in folders for path in (repository / folder).rglob("*.py")]
    found = [path.name for path in files if _OWN.search(path.read_text(encoding="utf-8"))]
    assert found == ["errors.py"]
