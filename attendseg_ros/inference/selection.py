# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Choosing the fastest engine on this very machine, once, by measuring."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from attendseg_ros.errors import EngineError
from attendseg_ros.inference.bundle import Bundle
from attendseg_ros.inference.engine import Engine
from attendseg_ros.inference.engines import (
    ENGINE_NAMES,
    PROCESSOR_ENGINES,
    available_engines,
    create_engine,
)
from attendseg_ros.inference.execution_providers import explain_fallback

AUTO = "auto"

# torch takes seconds and hundreds of megabytes to import and never wins, and a GPU's libraries take
# longer still, to fall back at times: both are asked for by name only.
_CANDIDATES = tuple(name for name in PROCESSOR_ENGINES if name != "torch")
_WARM_UP_ROUNDS = 3
_ROUNDS = 15
_LONGEST_S = 2.0


@dataclass(frozen=True)
class Selection:
    """Which engine runs and why.

    Attributes:
        engine: the engine that runs.
        medians_ms: median milliseconds a frame of each engine measured; empty when the engine was
            asked for by name.
        unavailable: why each other candidate could not be measured.
        broken: the installed ones among these, which could have been faster; or the one that was
            asked for by name and that ONNX Runtime fell back from.
    """

    engine: str
    medians_ms: Mapping[str, float] = field(default_factory=dict)
    unavailable: Mapping[str, str] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        if not self.medians_ms:
            other = "; ".join(f"{name}, but {why}" for name, why in self.broken.items())
            return f"{self.engine} (asked for{': ' * bool(other)}{other})"
        measured = [f"{name} {ms:.1f} ms" for name, ms in sorted(self.medians_ms.items())]
        others = [f"{name} not available: {why}" for name, why in self.unavailable.items()]
        return f"{self.engine} (fastest measured: {'; '.join(measured + others)})"


def asked_for(name: str, ran: str) -> Selection:
    """What came of asking for an engine by name.

    Args:
        name: the one asked for.
        ran: the one that runs, which ONNX Runtime may have fallen back to.
    """
    return Selection(ran, broken={} if ran == name else {name: explain_fallback(name, ran)})


def select_engine(
    name: str, bundle: Bundle, input_size: tuple[int, int], num_threads: int = 0
) -> tuple[Engine, Selection]:
    """Makes the engine asked for, or with "auto" the fastest of those installed.

    "auto" runs a blank image through each engine in turn (the time of a network does not depend on
    what the image shows) and keeps the one with the lowest median.

    Raises:
        EngineError: the engine is unknown or cannot run, or "auto" found none that can.
        BundleError: the graph is not what model.yaml says.
    """
    if name != AUTO:
        if name not in ENGINE_NAMES:
            names = ", ".join((AUTO, *ENGINE_NAMES))
            raise EngineError(f"unknown engine '{name}': the engines are {names}")
        engine = create_engine(name, bundle, input_size, num_threads)
        return engine, asked_for(name, engine.name)
    engines: dict[str, Engine] = {}
    unavailable: dict[str, str] = {}
    missing = available_engines()
    for candidate in _CANDIDATES:
        reason = missing[candidate]
        if reason is None:
            try:
                engines[candidate] = create_engine(candidate, bundle, input_size, num_threads)
            except EngineError as error:
                reason = str(error)
        if reason is not None:
            unavailable[candidate] = reason
    if not engines:
        reasons = "; ".join(f"{name}: {why}" for name, why in unavailable.items())
        raise EngineError(
            f"engine 'auto' found no engine it can run ({reasons}): pip install onnxruntime"
        )
    medians = _measure(engines)
    fastest = min(engines, key=lambda candidate: medians[candidate])
    for candidate, engine in engines.items():
        if candidate != fastest:
            engine.close()
    broken = {name: why for name, why in unavailable.items() if missing[name] is None}
    return engines[fastest], Selection(fastest, medians, unavailable, broken)


def _measure(engines: Mapping[str, Engine]) -> dict[str, float]:
    """Median milliseconds of each engine, measured in turns so that noise hits all alike."""
    width, height = next(iter(engines.values())).input_size
    image = np.zeros((height, width, 3), np.uint8)
    times: dict[str, list[float]] = {name: [] for name in engines}
    deadline = time.monotonic() + _LONGEST_S
    for turn in range(_WARM_UP_ROUNDS + _ROUNDS):
        for name, engine in engines.items():
            start = time.perf_counter()
            engine.infer(image)
            if turn >= _WARM_UP_ROUNDS or not times[name]:
                times[name].append((time.perf_counter() - start) * 1e3)
        if time.monotonic() > deadline:
            break
    return {name: statistics.median(values) for name, values in times.items()}
