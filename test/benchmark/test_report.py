# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Tables of docs/performance.md come from results, and only from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendseg_ros.benchmark.latency import LatencyPlan, measure_latency
from attendseg_ros.benchmark.results import write_results
from attendseg_ros.errors import DataError
from benchmark.report import NOT_MEASURED, PAGE, RESULTS, filled


def test_the_page_shows_the_results_that_are_kept() -> None:
    page = PAGE.read_text()
    assert filled(page, RESULTS) == page


def test_a_table_is_written_from_its_results(tiny: Path, tmp_path: Path) -> None:
    page = (
        "# Speed\n<!-- latency_tiny -->\nold\n<!-- end -->\n<!-- peers -->\nold\n<!-- end -->\nx\n"
    )
    plan = LatencyPlan([str(tiny)], ["onnxruntime"], ["int8"], [], [1], 1)
    write_results(tmp_path / "latency_tiny.json", measure_latency(plan))
    written = filled(page, tmp_path)
    assert "| tiny " in written
    assert "old" not in written
    assert f"<!-- peers -->\n{NOT_MEASURED}\n<!-- end -->\nx\n" in written
    assert filled(written, tmp_path) == written


def test_refuses_results_of_another_kind(tmp_path: Path) -> None:
    write_results(tmp_path / "peers.json", {"benchmark": "latency"})
    with pytest.raises(DataError, match="does not hold results of 'attendseg benchmark peers'"):
        filled("<!-- peers -->\n<!-- end -->", tmp_path)
