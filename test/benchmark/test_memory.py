# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The measurement of the memory: a real node, as many frames as were asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendseg_ros.benchmark.memory import MemoryPlan, measure_memory
from attendseg_ros.benchmark.tables import markdown
from attendseg_ros.errors import BenchmarkError


def test_reads_the_memory_at_each_look(tiny: Path) -> None:
    results = measure_memory(MemoryPlan(str(tiny), "onnxruntime", 1, frames=90, looks=3))
    looks = results["looks"]
    assert [look["frames"] for look in looks] == [30, 60, 90]
    megabytes = [look["resident_mb"] for look in looks]
    # Python with ROS, numpy and an engine is never smaller.
    assert min(megabytes) > 50
    assert results["growth_mb"] == round(megabytes[2] - megabytes[0], 1)
    assert f"from frame 30 to frame 90: {results['growth_mb']:+.1f} MB" in markdown(results)


def test_a_node_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"node ended early: .*missing"):
        measure_memory(MemoryPlan(str(tmp_path / "missing"), "onnxruntime", 1, frames=9, looks=3))
