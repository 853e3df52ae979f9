# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Writes the tables of docs/performance.md from benchmark/results/*.json.

    python -m benchmark.report

A table stands between `<!-- NAME -->` and `<!-- end -->`, where NAME.json holds its results.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from attendseg_ros.benchmark.results import read_results
from attendseg_ros.benchmark.tables import markdown
from attendseg_ros.errors import AttendSegError
from attendseg_ros.files import write_atomically

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "performance.md"
RESULTS = ROOT / "benchmark" / "results"

# "pipeline_raw" is of the kind "pipeline".
_PLACE = re.compile(
    r"<!-- (?P<name>(?P<kind>latency|pipeline|peers)\w*) -->\n.*?<!-- end -->", re.S
)

NOT_MEASURED = "Not measured yet: run the command above."


def filled(page: str, results: Path) -> str:
    """The page with every table written again.

    Args:
        page: markdown with places for tables.
        results: folder of NAME.json.

    Raises:
        DataError: a file does not hold results of its kind.
    """

    def table(place: re.Match[str]) -> str:
        file = results / f"{place['name']}.json"
        text = NOT_MEASURED
        if file.exists():
            text = markdown(read_results(file, place["kind"]))
        return f"<!-- {place['name']} -->\n{text}\n<!-- end -->"

    return _PLACE.sub(table, page)


def main() -> int:
    """Rewrites the page; returns the exit status."""
    try:
        page = filled(PAGE.read_text(encoding="utf-8"), RESULTS)
    except AttendSegError as error:
        print(f"benchmark.report: {error}", file=sys.stderr)
        return 2
    write_atomically(PAGE, page.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
