# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The time of a network by layer and by kind of layer, in shares that add up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.benchmark.bursts import BURST, timed
from attendseg_ros.benchmark.layers.layer import Layer, ProfilerFactory
from attendseg_ros.errors import EngineError
from attendseg_ros.inference import Bundle
from attendseg_ros.inference.engine import Engine

PARTS = 5
"""Each with a profiler of its own; what is told is the part of the median time."""

BETWEEN = "between the layers"


@dataclass(frozen=True)
class Part:
    """Layers, and the mean of the whole inferences that they were read from, in milliseconds."""

    layers: Sequence[Layer]
    whole_ms: float


def profiler_of(engine: str) -> ProfilerFactory:
    """What profiles an engine.

    Raises:
        EngineError: it tells no times of its layers.
    """
    if engine == "openvino":
        from attendseg_ros.benchmark.layers.openvino_layers import OpenVinoProfiler

        return OpenVinoProfiler
    if engine == "onnxruntime":
        from attendseg_ros.benchmark.layers.onnxruntime_layers import OnnxRuntimeProfiler

        return OnnxRuntimeProfiler
    raise EngineError(
        f"engine '{engine}' cannot be profiled: those that tell the time of each layer are "
        "onnxruntime and openvino"
    )


def profile_beside(
    engine: Engine, bundle: Bundle, image: NDArray[np.uint8], num_threads: int, repeats: int
) -> tuple[dict[str, Any], list[float]]:
    """Profiles an engine's network, in turns with the engine itself.

    Args:
        engine: as it runs on a robot, without counters.
        bundle: what it runs.
        image: uint8 (H, W, 3) of the engine's input size.
        num_threads: of the engine.
        repeats: runs of each, at least; a turn of each part is the fewest.

    Returns:
        The profile, as `to_mapping` has it, and the milliseconds of the engine's own runs.

    Raises:
        EngineError: the engine tells no times of its layers.
    """
    factory = profiler_of(engine.name)
    turns = max(1, math.ceil(repeats / (PARTS * BURST)))
    plain: list[float] = []
    parts = []
    for _ in range(PARTS):
        profiler = factory(bundle, image, num_threads)
        counted: list[float] = []
        for _ in range(turns):
            engine.infer(image)
            plain += timed(lambda: engine.infer(image))
            counted += timed(profiler.run)
        parts.append(Part(profiler.layers(), float(np.mean(counted))))
    parts.sort(key=lambda part: part.whole_ms)
    return to_mapping(parts[len(parts) // 2]), plain


def to_mapping(part: Part) -> dict[str, Any]:
    """A part as plain values for JSON.

    The shares of `kinds`, and those of `layers` with `between_ms`, add up to one.
    """
    whole = part.whole_ms
    layers_ms = sum(layer.ms for layer in part.layers)
    by_kind: dict[str, list[Layer]] = {}
    for layer in part.layers:
        by_kind.setdefault(layer.kind, []).append(layer)
    kinds = [
        {"kind": kind, "layers": len(layers), **_cost(layers, whole)}
        for kind, layers in by_kind.items()
    ]
    kinds.sort(key=lambda one: -one["ms"])
    rest = Layer(BETWEEN, BETWEEN, 0, whole - layers_ms)
    return {
        "whole_ms": round(whole, 4),
        "layers_ms": round(layers_ms, 4),
        "between_ms": round(rest.ms, 4),
        "macs": _macs(part.layers),
        "kinds": [*kinds, {"kind": BETWEEN, "layers": 0, **_cost([rest], whole)}],
        "layers": [
            {"name": layer.name, "kind": layer.kind, **_cost([layer], whole)}
            for layer in part.layers
        ],
    }


def _cost(layers: Sequence[Layer], whole_ms: float) -> dict[str, Any]:
    ms = sum(layer.ms for layer in layers)
    macs = _macs(layers)
    return {
        "ms": round(ms, 4),
        "share": round(ms / whole_ms, 6),
        "macs": macs,
        # Not to so many places: a slow layer of a slow machine would do nothing at all.
        "gmac_per_s": float(f"{macs / ms / 1e6:.4g}") if macs and ms > 0 else None,
    }


def _macs(layers: Sequence[Layer]) -> int | None:
    """Their sum; None where one of them is not known."""
    counts = [layer.macs for layer in layers]
    return None if None in counts else sum(count or 0 for count in counts)
