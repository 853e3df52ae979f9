# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The table of output sizes: the work after the network falls with the size."""

from __future__ import annotations

from pathlib import Path

from attendseg_ros.benchmark.output_size import FRAMINGS, OutputSizePlan, measure_output_sizes
from attendseg_ros.benchmark.tables import markdown


def test_costs_fall_with_the_size(tiny: Path) -> None:
    results = measure_output_sizes(OutputSizePlan(str(tiny), "onnxruntime", 1, images=9))
    after = {case["output_size"]: case["after_network_ms"] for case in results["cases"]}
    assert set(after) == set(FRAMINGS)
    # A hundredth of the pixels; what else runs here meets all sizes alike.
    assert after["160x90"] < after["1920x1080, the image's"] / 2
    assert "| 320x180 " in markdown(results)
