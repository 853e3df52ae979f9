# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A profile as Markdown tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attendseg_ros.benchmark.markdown_table import size_cell, table


def profile_tables(case: Mapping[str, Any]) -> str:
    """A case of `attendseg benchmark latency --profile`: what adds up, by kind and by layer."""
    profile = case["profile"]
    threads = case["threads"]
    title = (
        f"{case['model']} {case['precision']} {size_cell(case['size'])}, {case['ran_on']}, "
        f"{threads} thread{'s' * (threads != 1)}: {profile['layers_ms']:.3f} ms in "
        f"{len(profile['layers'])} layers + {profile['between_ms']:.3f} ms between the layers = "
        f"{profile['whole_ms']:.3f} ms while each layer is timed ({case['ms']['p50']:.3f} ms, "
        "the median, while none is)"
    )
    whole = {"ms": profile["whole_ms"], "share": 1.0, "macs": profile["macs"]}
    if profile["macs"]:
        whole["gmac_per_s"] = profile["macs"] / profile["whole_ms"] / 1e6
    columns = ("ms", "share", "GMAC", "GMAC/s")
    by_kind = [
        *((one["kind"], one["layers"] or None, *_cells(one)) for one in profile["kinds"]),
        ("whole inference", len(profile["layers"]), *_cells(whole)),
    ]
    slowest = sorted(profile["layers"], key=lambda one: -one["ms"])
    by_layer = [(one["name"], one["kind"], *_cells(one)) for one in slowest]
    return "\n\n".join(
        [
            title,
            table(("kind", "layers", *columns), by_kind),
            table(("layer, slowest first", "kind", *columns), by_layer),
        ]
    )


def _cells(cost: Mapping[str, Any]) -> tuple[str | None, ...]:
    """Milliseconds, share, GMAC and GMAC/s."""
    macs, speed = cost["macs"], cost.get("gmac_per_s")
    return (
        f"{cost['ms']:.3f}",
        f"{100 * cost['share']:.1f} %",
        "unknown" if macs is None else f"{macs / 1e9:.4f}" if macs else None,
        None if speed is None else f"{speed:.0f}" if speed >= 100 else f"{speed:.3g}",
    )
