# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A run beside an earlier one: the same scenarios, and what makes it no comparison."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from attendseg_ros.benchmark.earlier import compared, read_earlier
from attendseg_ros.benchmark.results import write_results
from attendseg_ros.errors import DataError

PLANNED = [("raw", (640, 480), 30.0, 1)]


@pytest.fixture
def results(repository: Path) -> dict[str, Any]:
    """Real ones, of which two scenarios are kept: the node's and the tutorial node's."""
    kept = repository / "benchmark" / "results" / "pipeline.json"
    found = read_earlier(kept, PLANNED)
    found["scenarios"] = [
        one
        for one in found["scenarios"]
        if (tuple(one["size"]), one["rate_hz"]) == ((640, 480), 30.0)
    ]
    assert len(found["scenarios"]) == 2
    return found


def test_every_figure_is_told_before_now_and_as_a_ratio(results: dict[str, Any]) -> None:
    now = copy.deepcopy(results)
    one = now["scenarios"][0]
    one["latency_ms"] |= {"p50": 2 * one["latency_ms"]["p50"], "p95": None}
    told = compared(now, results, "old.json")
    (row,) = told["scenarios"]
    assert (row["size"], row["rate_hz"]) == ([640, 480], 30.0)
    assert row["p50_ms"]["now"] == 2 * row["p50_ms"]["before"]
    assert row["p50_ms"]["ratio"] == 2.0
    assert row["p95_ms"]["now"] is row["p95_ms"]["ratio"] is None
    assert row["node_mb"]["ratio"] == row["mask_hz"]["ratio"] == 1.0
    assert told["differs"] == []


def test_what_is_not_as_it_was_is_told(results: dict[str, Any]) -> None:
    now = copy.deepcopy(results)
    now["machine"]["cpu"] = "another"
    now["plan"]["model"] = "drone"
    assert compared(now, results, "old.json")["differs"] == ["another processor", "another model"]


def test_scenarios_of_one_run_alone_are_left_out(results: dict[str, Any]) -> None:
    now = copy.deepcopy(results)
    now["scenarios"][0]["rate_hz"] = 60.0
    assert compared(now, results, "old.json")["scenarios"] == []


def test_results_without_a_planned_scenario_are_refused_before_the_work(
    results: dict[str, Any], tmp_path: Path
) -> None:
    write_results(tmp_path / "old.json", results)
    with pytest.raises(DataError, match="it has 640x480 raw at 30 Hz"):
        read_earlier(tmp_path / "old.json", [("raw", (64, 48), 30.0, 1)])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"benchmark": "latency"}, "does not hold results"),
        ({"benchmark": "pipeline"}, "is not as"),
        ({"benchmark": "pipeline", "scenarios": [{"node": "attendseg"}]}, "is not as"),
        ({"benchmark": "pipeline", "scenarios": 3, "machine": {}}, "is not as"),
        ({"benchmark": "pipeline", "scenarios": [], "machine": {}}, "it has none"),
    ],
)
def test_a_file_that_is_no_results_is_refused(
    tmp_path: Path, content: dict[str, Any], says: str
) -> None:
    write_results(tmp_path / "old.json", content)
    with pytest.raises(DataError, match=says):
        read_earlier(tmp_path / "old.json", PLANNED)
