# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The way of a frame from the camera's stamp to the listener, as a table that adds up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attendseg_ros.benchmark.accounting import STAGES
from attendseg_ros.benchmark.markdown_table import size_cell, table

_WORDS = {
    "camera": "camera: publish",
    "transport_in": "middleware, wake-up, take, wait for the frame before",
    "conversion": "message to RGB",
    "resize": "resize",
    "network": "network",
    "decode": "logits to labels",
    "masks": "labels into messages",
    "other": "node, between these",
    "publish": "node: publish",
    "transport_out": "middleware",
    "listener": "listener: wake-up, take",
}


def way_table(scenario: Mapping[str, Any]) -> str:
    """Mean, share, median and p95 of each stage of a scenario; the means add up."""
    rate = f"{scenario['rate_hz']:g} Hz" if scenario["rate_hz"] else "max"
    title = f"the way of a frame, {scenario['node']}, {size_cell(scenario['size'])} at {rate}"
    stages = scenario["stages_ms"]
    if stages is None:
        return f"{title}: not known, for the node tells no times"
    total = sum(stages[name]["mean"] for name in STAGES)
    rows = [
        (
            _WORDS[name],
            f"{stages[name]['mean']:.2f}",
            f"{100 * stages[name]['mean'] / total:.1f} %",
            f"{stages[name]['p50']:.2f}",
            f"{stages[name]['p95']:.2f}",
        )
        for name in STAGES
    ]
    latency = scenario["latency_ms"]
    rows.append(
        (
            "stamp to mask",
            f"{total:.2f}",
            "100.0 %",
            f"{latency['p50']:.2f}",
            f"{latency['p95']:.2f}",
        )
    )
    return f"{title}:\n\n{table(('stage', 'mean ms', 'share', 'p50 ms', 'p95 ms'), rows)}"
