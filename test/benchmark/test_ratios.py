# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ratio to the tutorial node: of the same scenario, or none."""

from __future__ import annotations

from typing import Any

from attendseg_ros.benchmark.ratios import ratios


def scenario(node: str, p95: float | None) -> dict[str, Any]:
    return {
        "node": node,
        "transport": "raw",
        "size": (640, 480),
        "rate_hz": 30.0,
        "cameras": 1,
        "latency_ms": {"p50": p95, "p95": p95},
    }


def test_the_ratio_is_of_the_same_camera() -> None:
    ours, theirs = scenario("attendseg", 20.0), scenario("baseline", 130.0)
    elsewhere = {**scenario("attendseg", 1.0), "rate_hz": 10.0}
    (row,) = ratios([elsewhere, ours, theirs])
    assert row["p95"] == 6.5
    assert row["rate_hz"] == 30.0
    assert ratios([ours, scenario("baseline", None)])[0]["p95"] is None
    assert ratios([elsewhere, theirs]) == []
