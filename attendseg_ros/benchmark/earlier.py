# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Results of the pipeline beside those of an earlier run: what became faster, what slower."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from attendseg_ros.benchmark.ratios import NODE
from attendseg_ros.benchmark.results import read_results
from attendseg_ros.errors import DataError

_SCENARIO = ("transport", "size", "rate_hz", "cameras", "camera")

_MACHINE = {
    "cpu": "another processor",
    "logical_processors": "another number of processors",
    "os": "another operating system",
    "ros_distro": "another ROS distribution",
    "middleware": "another middleware",
    "libraries": "other libraries",
}

_FIGURES = {
    "p50_ms": ("latency_ms", "p50"),
    "p95_ms": ("latency_ms", "p95"),
    "mask_hz": ("mask_hz",),
    "node_ms_per_frame": ("cpu", "node", "ms_per_frame"),
    "node_mb": ("memory_mb", "node", "resident"),
}
"""The figures that are compared, and where they are in a scenario's results."""


def read_earlier(path: Path, planned: Collection[tuple[Any, ...]]) -> dict[str, Any]:
    """Reads earlier results of the pipeline before the work starts.

    Args:
        path: a file that `attendseg benchmark pipeline` wrote.
        planned: what will be measured: transport, size, rate and cameras of each scenario.

    Raises:
        DataError: the file is no such results, or holds none of the scenarios.
    """
    earlier = read_results(path, "pipeline")
    try:
        held = {_key(one)[:-1]: one for one in earlier["scenarios"] if one["node"] == NODE}
        for one in held.values():
            _figures(one)
        dict(earlier["machine"])
    except (LookupError, TypeError, ValueError) as error:
        raise DataError(f"{path} is not as 'attendseg benchmark pipeline' writes it") from error
    if not held.keys() & set(planned):
        there = "; ".join(sorted({in_words(one) for one in held.values()})) or "none"
        raise DataError(
            f"{path} holds none of the scenarios that are to be measured: it has {there}"
        )
    return earlier


def compared(results: Mapping[str, Any], earlier: Mapping[str, Any], file: str) -> dict[str, Any]:
    """Compares scenario by scenario.

    Args:
        results: of this run.
        earlier: of the run before.
        file: the name of the earlier results.

    Returns:
        `file`; `differs`, in words, what is not as it was, and makes the numbers no comparison;
        `scenarios`, for each that both runs have: every figure before, now, and their ratio
        (above 1: more than before), None where one of them was not measured.
    """
    before = {_key(one): one for one in earlier["scenarios"] if one["node"] == NODE}
    rows = []
    for one in results["scenarios"]:
        old = before.get(_key(one))
        if one["node"] != NODE or old is None:
            continue
        now, then = _figures(one), _figures(old)
        rows.append(
            {
                **{name: one[name] for name in _SCENARIO},
                "engine": [old["engine"], one["engine"]],
                **{
                    name: {"before": then[name], "now": now[name], "ratio": _ratio(now, then, name)}
                    for name in _FIGURES
                },
            }
        )
    return {"file": file, "differs": _differences(results, earlier), "scenarios": rows}


def in_words(one: Mapping[str, Any]) -> str:
    """A scenario for a person to read."""
    rate = f"{one['rate_hz']:g} Hz" if one["rate_hz"] else "max"
    width, height = one["size"]
    cameras = "" if one["cameras"] == 1 else f", camera {one['camera']} of {one['cameras']}"
    return f"{width}x{height} {one['transport']} at {rate}{cameras}"


def _key(one: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        str(one["transport"]),
        tuple(one["size"]),
        float(one["rate_hz"]),
        int(one["cameras"]),
        int(one["camera"]),
    )


def _figures(one: Mapping[str, Any]) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for name, way in _FIGURES.items():
        value: Any = one
        for step in way:
            value = value[step]
        found[name] = None if value is None else float(value)
    return found


def _ratio(
    now: Mapping[str, float | None], before: Mapping[str, float | None], name: str
) -> float | None:
    new, old = now[name], before[name]
    return round(new / old, 3) if new is not None and old else None


def _differences(results: Mapping[str, Any], earlier: Mapping[str, Any]) -> Sequence[str]:
    here, there = results["machine"], earlier["machine"]
    words = [text for name, text in _MACHINE.items() if here.get(name) != there.get(name)]
    plan, old_plan = results["plan"], earlier.get("plan") or {}
    names = ("model", "outputs", "reliable", "threads")
    words += [f"another {n}" for n in names if _plain(plan.get(n)) != _plain(old_plan.get(n))]
    return words


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
