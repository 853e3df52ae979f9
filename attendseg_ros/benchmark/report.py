# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Tables of a Markdown page, written from the results that `attendseg benchmark` kept.

A table stands between `<!-- NAME -->` and `<!-- end -->`, where NAME.json holds its results.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from attendseg_ros.benchmark.results import read_results
from attendseg_ros.benchmark.tables import KINDS, markdown
from attendseg_ros.errors import DataError, reason_of
from attendseg_ros.files import write_atomically

# "pipeline_raw" is of the kind "pipeline".
_PLACE = re.compile(rf"<!-- (?P<name>(?P<kind>{'|'.join(KINDS)})\w*) -->\n.*?<!-- end -->", re.S)

NOT_MEASURED = "Not measured yet: run the command above."


def write_report(page: Path, results: Path) -> dict[str, Any]:
    """Writes every table of a page again.

    Args:
        page: Markdown with places for tables.
        results: folder of NAME.json.

    Raises:
        DataError: the page cannot be read or has no place for a table, or a file does not hold
            results of its kind.
        OSError: the page cannot be written.
    """
    try:
        before = page.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise DataError(f"{page} cannot be read as a page: {reason_of(error)}") from error
    names = [place["name"] for place in _PLACE.finditer(before)]
    if not names:
        raise DataError(
            f"{page} has no place for a table: put '<!-- latency -->' and '<!-- end -->' on lines "
            "of their own"
        )
    write_atomically(page, filled(before, results).encode())
    measured = [name for name in names if (results / f"{name}.json").exists()]
    return {
        "page": str(page),
        "tables": measured,
        "not_measured": [name for name in names if name not in measured],
    }


def filled(page: str, results: Path) -> str:
    """The page with every table written again.

    Args:
        page: Markdown with places for tables.
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
