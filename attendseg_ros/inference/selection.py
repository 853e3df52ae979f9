# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Choosing the fastest engine on this very machine, once, by measuring."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

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
from attendseg_ros.inference.measuring import Elsewhere, median_ms
from attendseg_ros.inference.missed import X86

AUTO = "auto"

_CLOSE = 1.5
"""Within this ratio two engines are too close for a rough measurement."""

# torch takes seconds and hundreds of megabytes to import and never wins, and a GPU's libraries take
# longer still, to fall back at times: both are asked for by name only.
_CANDIDATES = tuple(name for name in PROCESSOR_ENGINES if name != "torch")
if platform.machine() not in X86:
    # The likely winner comes last; on other processors than Intel's it may be a different one.
    _CANDIDATES = _CANDIDATES[::-1]


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

    "auto" runs a blank image through each engine and keeps the one with the lowest median.

    Raises:
        EngineError: the engine is unknown or cannot run, or "auto" found none that can.
        BundleError: the graph is not what model.yaml says.
    """
    if name != AUTO:
        if name not in ENGINE_NAMES:
            names = ", ".join((AUTO, *ENGINE_NAMES))
            raise EngineError(f"unknown engine '{name}': the engines are {names}")
        made = create_engine(name, bundle, input_size, num_threads)
        return made, asked_for(name, made.name)
    reasons = available_engines()
    unavailable = {n: why for n in _CANDIDATES if (why := reasons[n]) is not None}
    engine, medians, broken = _race(
        [n for n in _CANDIDATES if n not in unavailable], bundle, input_size, num_threads
    )
    unavailable |= broken
    if engine is None:
        told = "; ".join(f"{name}: {why}" for name, why in unavailable.items())
        raise EngineError(
            f"engine 'auto' found no engine it can run ({told}): pip install onnxruntime"
        )
    return engine, Selection(engine.name, medians, unavailable, broken)


def _race(
    candidates: Sequence[str], bundle: Bundle, input_size: tuple[int, int], num_threads: int
) -> tuple[Engine | None, dict[str, float], dict[str, str]]:
    """Measures engines and makes the fastest, the only one whose library is loaded for good.

    The last is made here at once: where it wins, as it nearly always does, nothing is done twice.

    Returns:
        The engine, None if none can run; the medians; and why those that cannot run cannot.
    """
    medians: dict[str, float] = {}
    broken: dict[str, str] = {}
    engine: Engine | None = None
    *others, likely = candidates or [""]

    def elsewhere(name: str) -> Elsewhere:
        return Elsewhere(name, bundle, input_size, num_threads)

    # Compiling a network keeps one core busy for a second, in which the others can be measured.
    with ExitStack() as stack:
        measured: dict[str, Elsewhere] = {}
        for name in others:
            try:
                measured[name] = stack.enter_context(elsewhere(name))
            except EngineError as error:
                broken[name] = str(error)
        try:
            engine = create_engine(likely, bundle, input_size, num_threads) if likely else None
        except EngineError as error:
            broken[likely] = str(error)
        for name, process in measured.items():
            try:
                medians[name] = process.median_ms()
            except EngineError as error:
                broken[name] = str(error)
    if engine is not None:
        medians[likely] = median_ms(engine)
    for name in [name for name in others if name in medians]:
        if medians[name] < _CLOSE * medians.get(likely, 0.0):
            try:
                # It may have been slowed down by the compilation; now it is alone.
                with elsewhere(name) as alone:
                    medians[name] = alone.median_ms()
            except EngineError as error:
                del medians[name]
                broken[name] = str(error)
    if not medians:
        return None, medians, broken
    fastest = min(medians, key=lambda candidate: medians[candidate])
    if engine is None or engine.name != fastest:
        if engine is not None:
            engine.close()
        engine = create_engine(fastest, bundle, input_size, num_threads)
    return engine, medians, broken
