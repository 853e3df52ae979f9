# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark report`: saved results as the tables of a page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from attendseg_ros.benchmark.report import write_report
from attendseg_ros.cli.verb import Result, given_path, table

HELP = "write the tables of a Markdown page from saved results"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `attendseg benchmark report`."""
    parser.add_argument(
        "page",
        type=given_path,
        nargs="?",
        default=Path("docs/performance.md"),
        metavar="PAGE",
        help="its tables stand between <!-- NAME --> and <!-- end --> (default: %(default)s)",
    )
    parser.add_argument(
        "--results",
        type=given_path,
        default=Path("benchmark/results"),
        metavar="DIR",
        help="folder of NAME.json (default: %(default)s)",
    )


def write(arguments: argparse.Namespace) -> dict[str, Any]:
    """Rewrites the page; returns what is in it."""
    return write_report(arguments.page, arguments.results)


def describe(result: Result) -> str:
    """What was written, for a person to read."""
    rows = {name: ", ".join(result[name]) or "none" for name in ("tables", "not_measured")}
    return table({"page": result["page"], **rows})
