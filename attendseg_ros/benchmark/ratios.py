# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The node beside the one that tutorials show, in the same run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

NODE, BASELINE = "attendseg", "baseline"


def ratios(scenarios: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How many times longer the baseline takes from camera to mask, scenario by scenario.

    Args:
        scenarios: as in the results.

    Returns:
        For each that both nodes ran: the ratio of their p50 and p95, None where a node gave no
        mask at all.
    """

    def where(scenario: Mapping[str, Any]) -> tuple[Any, ...]:
        return scenario["transport"], tuple(scenario["size"]), scenario["rate_hz"]

    ours = {where(one): one for one in scenarios if (one["node"], one["cameras"]) == (NODE, 1)}
    found = []
    for theirs in scenarios:
        own = ours.get(where(theirs))
        if theirs["node"] != BASELINE or own is None:
            continue
        row: dict[str, Any] = {key: theirs[key] for key in ("transport", "size", "rate_hz")}
        for name in ("p50", "p95"):
            long, short = theirs["latency_ms"][name], own["latency_ms"][name]
            row[name] = round(long / short, 2) if long is not None and short else None
        found.append(row)
    return found
