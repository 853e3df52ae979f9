# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Results as Markdown tables: for the terminal and for the docs alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attendseg_ros.benchmark.machine import in_words


def markdown(results: Mapping[str, Any]) -> str:
    """The machine, then the table of a benchmark's results."""
    lines = [f"{name}: {text}" for name, text in in_words(results["machine"]).items()]
    tables = {"latency": _latency, "pipeline": _pipeline, "peers": _peers}
    return "\n".join([*lines, "", tables[results["benchmark"]](results)])


def _table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    cells = [list(header), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = [
        "| "
        + " | ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        + " |"
        for row in cells
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _cell(value: object, digits: int = 1) -> str:
    if value is None:
        return "-"
    return f"{value:.{digits}f}" if isinstance(value, float) else str(value)


def _size(size: Sequence[int]) -> str:
    return f"{size[0]}x{size[1]}"


def _latency(results: Mapping[str, Any]) -> str:
    header = ("model", "precision", "input", "engine", "threads", "median ms", "p95 ms", "n")
    rows = [
        (
            case["model"],
            case["precision"],
            _size(case["size"]),
            case["ran_on"],
            case["threads"],
            case["ms"]["p50"],
            case["ms"]["p95"],
            case["ms"]["n"],
        )
        for case in results["cases"]
    ]
    return _table(header, rows)


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
            f"{_size(one['size'])} {one['transport']}",
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
    lines = [_table(header, rows)]
    for row in results["fairness"]:
        rate = f"{row['rate_hz']:g} Hz" if row["rate_hz"] else "max"
        lines.append(
            f"{row['cameras']} cameras, {_size(row['size'])} {row['transport']} at {rate}: "
            f"{row['mask_hz']:g} masks a second together, Jain's fairness index "
            f"{_cell(row['jain'], 3)}, node {row['node_mb']:g} MB"
        )
    for row in results.get("ratios", ()):
        times = "no masks to compare" if row["p95"] is None else f"{row['p95']:g} times as long"
        rate = f"{row['rate_hz']:g} Hz" if row["rate_hz"] else "max"
        lines.append(f"p95 of the tutorial node, {_size(row['size'])} at {rate}: {times}")
    return "\n".join(lines)


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
            _size(one["size"]),
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
    return "\n".join([f"engine: {results['engine']}", "", _table(header, rows), "", *notes])


def _accuracy(accuracy: Mapping[str, Any] | None) -> str:
    if accuracy is None:
        return "not published"
    return f"{100 * accuracy['value']:.1f} % ({accuracy['source']})"
