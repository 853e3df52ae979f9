# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Results as Markdown tables: for the terminal and for the docs alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attendseg_ros.benchmark import behaviour_tables, earlier
from attendseg_ros.benchmark.layers.profile_tables import profile_tables
from attendseg_ros.benchmark.machine import in_words
from attendseg_ros.benchmark.markdown_table import cell, size_cell, table
from attendseg_ros.benchmark.way_table import way_table


def markdown(results: Mapping[str, Any]) -> str:
    """The machine, then the table of a benchmark's results."""
    lines = [f"{name}: {text}" for name, text in in_words(results["machine"]).items()]
    return "\n".join([*lines, "", _TABLES[results["benchmark"]](results)])


def _latency(results: Mapping[str, Any]) -> str:
    header = ("model", "precision", "input", "engine", "threads", "median ms", "p95 ms", "n")
    rows = [
        (
            case["model"],
            case["precision"],
            size_cell(case["size"]),
            case["ran_on"],
            case["threads"],
            case["ms"]["p50"],
            case["ms"]["p95"],
            case["ms"]["n"],
        )
        for case in results["cases"]
    ]
    profiles = [profile_tables(case) for case in results["cases"] if "profile" in case]
    return "\n\n".join([table(header, rows), *profiles])


def _pipeline(results: Mapping[str, Any]) -> str:
    header = (
        "node",
        "image",
        "camera",
        "masks Hz",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "max ms",
        "dropped",
        "lost",
        "no mask",
        "node cores",
        "node ms/frame",
        "node MB",
    )
    rows = [
        (
            f"{one['node']} ({one['engine']})",
            f"{size_cell(one['size'])} {one['transport']}",
            _camera(one),
            one["mask_hz"],
            *(one["latency_ms"][name] for name in ("p50", "p95", "p99", "max")),
            one["frames"]["dropped"],
            one["frames"]["lost"],
            one["frames"]["unanswered"],
            f"{one['cpu']['node']['cores']:.2f}",
            one["cpu"]["node"]["ms_per_frame"],
            one["memory_mb"]["node"]["resident"],
        )
        for one in results["scenarios"]
    ]
    lines = [table(header, rows)]
    for row in results["fairness"]:
        rate = f"{row['rate_hz']:g} Hz" if row["rate_hz"] else "max"
        lines.append(
            f"{row['cameras']} cameras, {size_cell(row['size'])} {row['transport']} at {rate}: "
            f"{row['mask_hz']:g} masks a second together, Jain's fairness index "
            f"{cell(row['jain'], 3)}, node {row['node_mb']:g} MB"
        )
    for row in results.get("ratios", ()):
        times = "no masks to compare" if row["p95"] is None else f"{row['p95']:g} times as long"
        rate = f"{row['rate_hz']:g} Hz" if row["rate_hz"] else "max"
        lines.append(f"p95 of the tutorial node, {size_cell(row['size'])} at {rate}: {times}")
    if results["plan"].get("way"):
        lines += [part for one in results["scenarios"] for part in ("", way_table(one))]
    if "baseline" in results:
        lines += ["", *_baseline(results["baseline"])]
    return "\n".join(lines)


def _baseline(baseline: Mapping[str, Any]) -> list[str]:
    """This run beside an earlier one."""
    figures = {
        "p50 ms": "p50_ms",
        "p95 ms": "p95_ms",
        "masks Hz": "mask_hz",
        "node ms/frame": "node_ms_per_frame",
        "node MB": "node_mb",
    }
    rows = [
        (earlier.in_words(one), *(_change(one[key]) for key in figures.values()))
        for one in baseline["scenarios"]
    ]
    lines = [f"before ({baseline['file']}), now, and how many times as much:", ""]
    if baseline["differs"]:
        lines.insert(0, f"no fair comparison: {', '.join(baseline['differs'])} than before")
    return [*lines, table(("scenario", *figures), rows)]


def _change(figure: Mapping[str, Any]) -> str:
    ratio = cell(figure["ratio"], 2)
    return f"{cell(figure['before'])}, {cell(figure['now'])}, {ratio}"


def _camera(one: Mapping[str, Any]) -> str:
    rate = f"{one['rate_hz']:g} Hz" if one["rate_hz"] else f"max ({one['camera_hz']:g} Hz)"
    return rate if one["cameras"] == 1 else f"{rate}, {one['camera']} of {one['cameras']}"


def _peers(results: Mapping[str, Any]) -> str:
    header = (
        "network",
        "precision",
        "input",
        "parameters M",
        "GMAC",
        "weights MB",
        "median ms",
        "p95 ms",
        "pixel accuracy",
    )
    rows = [
        (
            one["name"],
            one["precision"],
            size_cell(one["size"]),
            f"{one['parameters'] / 1e6:.2f}",
            f"{one['macs'] / 1e9:.2f}",
            f"{one['weight_bytes'] / 1e6:.2f}",
            one["ms"]["p50"],
            one["ms"]["p95"],
            _accuracy(one["accuracy"]),
        )
        for one in results["networks"]
    ]
    notes = [f"{one['name']}: {one['note']}" for one in results["networks"] if one["note"]]
    return "\n".join([f"engine: {results['engine']}", "", table(header, rows), "", *notes])


def _accuracy(accuracy: Mapping[str, Any] | None) -> str:
    if accuracy is None:
        return "not published"
    return f"{100 * accuracy['value']:.1f} % ({accuracy['source']})"


_TABLES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "latency": _latency,
    "pipeline": _pipeline,
    "peers": _peers,
    "flicker": behaviour_tables.flicker_table,
    "pace": behaviour_tables.pace_table,
    "start-up": behaviour_tables.start_up_table,
    "memory": behaviour_tables.memory_table,
    "ground": behaviour_tables.ground_table,
    "painting": behaviour_tables.painting_table,
    "output-size": behaviour_tables.output_size_table,
    "failures": behaviour_tables.failures_table,
    "foreign": behaviour_tables.foreign_table,
}

KINDS = tuple(_TABLES)
"""What `attendseg benchmark` measures."""
