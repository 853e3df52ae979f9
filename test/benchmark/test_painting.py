# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The table of painting: every scan, image and lens, with what was seen of it."""

from __future__ import annotations

import os

from attendseg_ros.benchmark.painting import LENSES, SIZES, SPREADS_DEG, measure_painting
from attendseg_ros.benchmark.tables import markdown


def test_measures_what_a_cloud_costs() -> None:
    cores = os.sched_getaffinity(0)
    results = measure_painting(1)
    assert os.sched_getaffinity(0) == cores
    assert "131072 points of 48 bytes" in markdown(results)
    assert len(results["cases"]) == len(LENSES) * len(SIZES) * len(SPREADS_DEG)
    for case in results["cases"]:
        low, high = (0.1, 0.25) if case["points"] == "all around" else (0.85, 1.0)
        assert low < case["painted"] <= high
        assert 0.0 < case["ms"]["min"] <= case["ms"]["p50"] <= case["ms"]["p95"]
        assert case["copies"] > 0.0
