# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Plots of results, where matplotlib is installed: never on a robot's path."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attendseg_ros.benchmark.accounting import STAGES
from attendseg_ros.benchmark.ratios import NODE
from attendseg_ros.files import write_atomically

_WIDTH_IN = 9.0
_INCHES_A_BAR = 0.32

NO_MATPLOTLIB = "no plot: matplotlib is not installed (pip install -r requirements/benchmark.txt)"


def plot(results: Mapping[str, Any], path: Path) -> str | None:
    """Draws the plot of a benchmark.

    Args:
        results: of any of the benchmarks.
        path: file to write; its suffix is the format.

    Returns:
        None, or the reason why there is no plot.
    """
    if importlib.util.find_spec("matplotlib") is None:
        return NO_MATPLOTLIB
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    draw: Callable[[Mapping[str, Any], Any], None] = {
        "latency": _latency,
        "pipeline": _pipeline,
        "peers": _peers,
    }[results["benchmark"]]
    bars = len(results.get("scenarios") or results.get("cases") or results.get("networks", ()))
    figure, axes = pyplot.subplots(figsize=(_WIDTH_IN, 2.0 + _INCHES_A_BAR * max(8, bars)))
    draw(results, axes)
    figure.text(0.99, 0.005, results["machine"]["cpu"], ha="right", fontsize=7)
    figure.tight_layout()
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=120, format=path.suffix.lstrip(".").lower())
    write_atomically(path, drawn.getvalue())
    pyplot.close(figure)
    return None


def _latency(results: Mapping[str, Any], axes: Any) -> None:
    cases = [case for case in results["cases"] if case["ms"]["p50"] is not None]
    names = [
        f"{case['model']} {case['precision']} {case['size'][0]}x{case['size'][1]}, "
        f"{case['ran_on']}, {case['threads']} thread{'s' * (case['threads'] != 1)}"
        for case in cases
    ]
    p50 = [case["ms"]["p50"] for case in cases]
    tails = [case["ms"]["p95"] - case["ms"]["p50"] for case in cases]
    axes.barh(names, p50, xerr=[[0.0] * len(cases), tails], capsize=2)
    axes.invert_yaxis()
    axes.set_xlabel("network alone [ms]: median, and p95 as whisker")


def _pipeline(results: Mapping[str, Any], axes: Any) -> None:
    """Stacked bars; a node without its own reports has one bar of unknown inside."""
    scenarios = [one for one in results["scenarios"] if one["latency_ms"]["p50"] is not None]
    names = [
        f"{'' if one['node'] == NODE else 'tutorial, '}{one['size'][0]}x{one['size'][1]} "
        f"{one['transport']}, {format(one['rate_hz'], 'g') + ' Hz' if one['rate_hz'] else 'max'}"
        f"{'' if one['cameras'] == 1 else ', {} of {}'.format(one['camera'], one['cameras'])}"
        for one in scenarios
    ]
    left = [0.0] * len(scenarios)
    for stage in STAGES:
        widths = [(one["stages_ms"] or {}).get(stage, {}).get("mean", 0.0) for one in scenarios]
        axes.barh(names, widths, left=left, label=stage.replace("_", " "))
        left = [start + width for start, width in zip(left, widths, strict=True)]
    unknown = [0.0 if one["stages_ms"] else one["latency_ms"]["p50"] for one in scenarios]
    if any(unknown):
        axes.barh(names, unknown, left=left, color="lightgrey", label="not known (median)")
    p95 = [one["latency_ms"]["p95"] for one in scenarios]
    axes.plot(p95, range(len(scenarios)), "k|", markersize=12, label="p95")
    axes.invert_yaxis()
    axes.legend(fontsize=8)
    axes.set_xlabel("camera to mask [ms]: mean of each stage")


def _peers(results: Mapping[str, Any], axes: Any) -> None:
    """Accuracy where it is published; networks without stand in a strip below the scale."""
    networks = [one for one in results["networks"] if one["ms"] is not None]
    known = [one["accuracy"]["value"] for one in networks if one["accuracy"] is not None]
    nothing = 100 * min(known) - 2.0 if known else 0.0
    for network in networks:
        accuracy = network["accuracy"]
        height = nothing if accuracy is None else 100 * accuracy["value"]
        axes.scatter(
            network["ms"]["p50"],
            height,
            s=20 + 8 * network["parameters"] / 1e6,
            alpha=0.6,
            facecolors="none" if accuracy is None else None,
            edgecolors="black",
        )
        axes.annotate(network["name"], (network["ms"]["p50"], height), fontsize=8, rotation=20)
    if len(known) < len(networks):
        # No tick may lend the strip a number.
        axes.set_yticks([tick for tick in axes.get_yticks() if tick > nothing + 1.0])
        axes.axhline(nothing + 1.0, color="grey", linestyle="--", linewidth=0.8)
    axes.set_xscale("log")
    axes.margins(x=0.2, y=0.1)
    axes.set_xlabel(f"median of the network alone on {results['engine']} [ms]")
    axes.set_ylabel("pixel accuracy on CamVid [%]; hollow: none published")
