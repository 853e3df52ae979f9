# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Tables of docs/performance.md come from results, and only from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendseg_ros.benchmark.latency import LatencyPlan, measure_latency
from attendseg_ros.benchmark.machine import machine
from attendseg_ros.benchmark.report import NOT_MEASURED, filled, write_report
from attendseg_ros.benchmark.results import write_results
from attendseg_ros.errors import DataError


def test_the_page_shows_the_results_that_are_kept(repository: Path) -> None:
    page = (repository / "docs" / "performance.md").read_text()
    assert filled(page, repository / "benchmark" / "results") == page


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


def test_a_page_says_what_is_in_it(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- memory -->\n<!-- end -->\n<!-- start-up -->\n<!-- end -->\n")
    facts = machine()
    looks = [{"frames": 10, "resident_mb": 200.0}, {"frames": 20, "resident_mb": 201.5}]
    memory = {"benchmark": "memory", "machine": facts, "looks": looks, "growth_mb": 1.5}
    write_results(tmp_path / "memory.json", memory)
    told = write_report(page, tmp_path)
    assert (told["tables"], told["not_measured"]) == (["memory"], ["start-up"])
    assert "from frame 10 to frame 20: +1.5 MB" in page.read_text()


@pytest.mark.parametrize("content", [None, "# no place"])
def test_a_page_without_places_is_refused(tmp_path: Path, content: str | None) -> None:
    page = tmp_path / "page.md"
    if content is not None:
        page.write_text(content)
    with pytest.raises(DataError, match=r"page\.md"):
        write_report(page, tmp_path)
