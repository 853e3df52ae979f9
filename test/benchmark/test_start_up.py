# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The measurement of the start: a real node, a real camera, and a mask that came."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendseg_ros.benchmark.start_up import FIRST, LATER, StartUpPlan, measure_start_up
from attendseg_ros.benchmark.tables import markdown
from attendseg_ros.errors import BenchmarkError


def test_measures_how_soon_the_first_mask_came(tiny: Path) -> None:
    results = measure_start_up(StartUpPlan(str(tiny), ["onnxruntime"], 2))
    cases = results["cases"]
    assert [(case["engine"], case["start"]) for case in cases] == [
        ("onnxruntime", FIRST),
        ("onnxruntime", LATER),
    ]
    for case in cases:
        assert case["seconds"]["n"] == 2
        # No interpreter with ROS is up in less.
        assert 0.1 < case["seconds"]["p50"] <= case["seconds"]["max"]
    assert "| onnxruntime | first on a machine | " in markdown(results)


def test_a_node_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"node ended early: .*missing"):
        measure_start_up(StartUpPlan(str(tmp_path / "missing"), ["onnxruntime"], 1))
