# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""docs/contributing.md sends a newcomer to files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import markdown

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "contributing.md").read_text()
CHANGES = markdown.table(PAGE, "change", "code", "tests and pages")

FEW = 4
"""More files for one change are no short list any more."""


def named_files(cell: str) -> list[str]:
    """What a cell has in backticks, but for words that are no path."""
    return [name for name in re.findall(r"`([^`]+)`", cell) if "/" in name or "." in name]


def test_it_lists_at_least_twenty_changes() -> None:
    assert len({change for change, *_ in CHANGES}) == len(CHANGES) >= 20


@pytest.mark.parametrize(
    ("code", "proof"), [pytest.param(code, proof, id=change) for change, code, proof in CHANGES]
)
def test_the_files_of_a_change_exist(code: str, proof: str) -> None:
    files = named_files(code)
    assert 1 <= len(files) <= FEW
    assert any(file.startswith("test/") for file in named_files(proof))
    for file in files + named_files(proof):
        assert (ROOT / file).is_file(), file
