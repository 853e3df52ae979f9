# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Reads what a Markdown page claims: its tables, its links and its code."""

from __future__ import annotations

import re

Row = tuple[str, ...]


def table(page: str, *header: str) -> list[Row]:
    """The rows, cell by cell, of the one table with this header."""
    head = "| " + " | ".join(header) + " |\n"
    assert page.count(head) == 1, f"the page must have one table {head}"
    rows = []
    for line in page.split(head)[1].splitlines()[1:]:
        if not line.startswith("|"):
            break
        rows.append(tuple(cell.strip() for cell in line.strip("|").split("|")))
    return rows


def escaped(text: str) -> str:
    """The text so that a page shows it: <image> would be taken for HTML and vanish."""
    return text.replace("<", r"\<")


def linked_files(page: str) -> list[str]:
    """The targets of its links and pictures that are not on the web."""
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", page) if "://" not in target]
    files = [target.partition("#")[0] for target in targets]
    return [file for file in files if file]


def code_blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
