# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Tables of what `attendseg benchmark` measures besides speed: flicker, pace, start, memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attendseg_ros.benchmark.markdown_table import cell, size_cell, table


def flicker_table(results: Mapping[str, Any]) -> str:
    """Shares of pixels, and the accuracy, for each `temporal_smoothing`."""
    header = ("temporal_smoothing", "flicker, standing", "mean IoU, driving", "changed, driving")
    rows = [
        (
            f"{case['smoothing']:g}{', but of all pixels' if case['of_all_pixels'] else ''}",
            *(f"{case[name]:.2%}" for name in ("flicker", "mean_iou", "changed")),
        )
        for case in results["cases"]
    ]
    return f"engine: {results['engine']}\n\n{table(header, rows)}"


def pace_table(results: Mapping[str, Any]) -> str:
    """Each phase of the load, without a target and with it."""
    header = (
        *("target_latency_ms", "load", "p50 ms", "p95 ms", "p95 ms, second half", "masks"),
        "input sizes",
    )
    return table(header, [_phase(one) for one in results["phases"]])


def _phase(one: Mapping[str, Any]) -> tuple[object, ...]:
    seen = sum(entry["frames"] for entry in one["sizes"])
    sizes = [f"{size_cell(e['size'])} {e['frames'] / seen:.0%}" for e in one["sizes"]]
    latency = one["latency_ms"]
    return (
        f"{one['target_latency_ms']:g}",
        one["load"],
        latency["p50"],
        latency["p95"],
        one["settled_ms"]["p95"],
        f"{latency['n']} of {one['sent']}",
        ", ".join(sizes) or "-",
    )


def start_up_table(results: Mapping[str, Any]) -> str:
    """The median and the slowest start of each engine."""
    header = ("engine", "start", "median s", "slowest s", "starts")
    rows = [
        (
            case["engine"],
            case["start"],
            cell(case["seconds"]["p50"], 2),
            cell(case["seconds"]["max"], 2),
            case["seconds"]["n"],
        )
        for case in results["cases"]
    ]
    return table(header, rows)


def memory_table(results: Mapping[str, Any]) -> str:
    """Each look, and the growth from the first to the last."""
    looks = results["looks"]
    rows = [(f"{look['frames']:,}", look["resident_mb"]) for look in looks]
    return (
        f"{table(('frames', 'resident MB'), rows)}\n"
        f"from frame {looks[0]['frames']:,} to frame {looks[-1]['frames']:,}: "
        f"{results['growth_mb']:+.1f} MB"
    )


def failures_table(results: Mapping[str, Any]) -> str:
    """The images that went most wrong."""
    rows = [
        (
            one["picture"],
            f"{one['accuracy']:.1%}",
            "none" if one["confused"] is None else "{} taken for {}".format(*one["confused"]),
        )
        for one in results["failures"]
    ]
    return (
        f"{table(('picture', 'right', 'most of the wrong pixels'), rows)}\n"
        f"pictures of image, truth and prediction: {results['pictures']}"
    )


def foreign_table(results: Mapping[str, Any]) -> str:
    """How foreign the images of each source are, and how many are beyond the limit."""
    header = (
        *("images", "kind", "n", "p5", "foreignness p50", "p95", "alarms", "AUROC"),
        *("least contrast", "show nothing"),
    )
    rows = [
        (
            one["name"],
            one["kind"],
            one["images"],
            *(cell(one["foreignness"][name], 2) for name in ("p5", "p50", "p95")),
            f"{one['alarms']:.1%}",
            None if one["auroc"] is None else cell(one["auroc"], 3),
            cell(one["least_contrast"], 1),
            f"{one['show_nothing']:.1%}",
        )
        for one in results["sources"]
    ]
    return (
        f"model: {results['model']} on {results['engine']}; an alarm: above {results['limit']:g}, "
        f"of single images\n\n{table(header, rows)}"
    )


def ground_table(results: Mapping[str, Any]) -> str:
    """The errors by distance, then what a map costs by the image's size."""
    header = (
        *("true distance", "error, median", "error, 90 %", "a pixel covers", "missed"),
        "directions",
    )
    rows = [
        (
            f"{one['nearest_m']:g} to {one['farthest_m']:g} m",
            *(_metres(one[name]) for name in ("median_m", "most_m", "pixel_m")),
            None if one["missed"] is None else f"{one['missed']:.1%}",
            one["count"],
        )
        for one in results["errors"]
    ]
    costs = [
        (size_cell(one["size"]), f"{one['ms']:.2f} ms", f"{one['once_ms']:.0f} ms")
        for one in results["costs"]
    ]
    times = table(("image", "map and scan", "once for a pose"), costs)
    return f"{table(header, rows)}\n\n{times}"


def _metres(value: float | None) -> str | None:
    return None if value is None else f"{value:.3f} m"


def output_size_table(results: Mapping[str, Any]) -> str:
    """Medians of an image, in milliseconds."""
    header = ("output_size", "network", "labels and confidence", "colours and overlay")
    rows = [
        (
            case["output_size"],
            case["network_ms"],
            *(cell(case[name], 2) for name in ("labels_ms", "painted_ms", "after_network_ms")),
        )
        for case in results["cases"]
    ]
    return (
        f"engine: {results['engine']}; medians of images of {size_cell(results['image'])}, "
        f"milliseconds\n\n{table((*header, 'after network'), rows)}"
    )


def painting_table(results: Mapping[str, Any]) -> str:
    """What a cloud costs, in milliseconds and in copies of its bytes."""
    header = ("points", "image", "lens", "painted", "fastest", "median", "p95", "copies")
    rows = [
        (
            case["points"],
            size_cell(case["size"]),
            case["lens"],
            f"{case['painted']:.0%}",
            *(case["ms"][name] for name in ("min", "p50", "p95")),
            case["copies"],
        )
        for case in results["cases"]
    ]
    return (
        f"{results['points']} points of {results['point_bytes']} bytes, one core, milliseconds a "
        f"cloud\n\n{table(header, rows)}"
    )
