# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Choosing the fastest engine on this very machine, once, by measuring."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from attendseg_ros.errors import EngineError
from attendseg_ros.inference.bundle import Bundle
from attendseg_ros.inference.comparison import MARGIN, Comparison, Runner, compare
from attendseg_ros.inference.engine import Engine
from attendseg_ros.inference.engines import (
    ENGINE_NAMES,
    PROCESSOR_ENGINES,
    available_engines,
    create_engine,
)
from attendseg_ros.inference.execution_providers import explain_fallback
from attendseg_ros.inference.measured import Measured, key_of_choice, recall, remember
from attendseg_ros.inference.measuring import Elsewhere, Here
from attendseg_ros.inference.missed import X86

AUTO = "auto"

# torch takes seconds and hundreds of megabytes to import and never wins, and a GPU's libraries take
# longer still, to fall back at times: both are asked for by name only.
_CANDIDATES = tuple(name for name in PROCESSOR_ENGINES if name != "torch")
if platform.machine() in X86:
    # The likely winner comes first; on other processors than Intel's it may be a different one.
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
        remembered: whether they were measured at an earlier start.
    """

    engine: str
    medians_ms: Mapping[str, float] = field(default_factory=dict)
    unavailable: Mapping[str, str] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    remembered: bool = False

    def __str__(self) -> str:
        if not self.medians_ms:
            other = "; ".join(f"{name}, but {why}" for name, why in self.broken.items())
            return f"{self.engine} (asked for{': ' * bool(other)}{other})"
        measured = [f"{name} {ms:.1f} ms" for name, ms in sorted(self.medians_ms.items())]
        others = [f"{name} not available: {why}" for name, why in self.unavailable.items()]
        is_fastest = self.medians_ms[self.engine] == min(self.medians_ms.values())
        why = "fastest measured" if is_fastest else f"no other is surely {MARGIN:.0%} faster"
        when = " at an earlier start" * self.remembered
        return f"{self.engine} ({why}{when}: {'; '.join(measured + others)})"


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

    "auto" runs a blank image through the engines in turns until it is sure which is the fastest,
    and remembers it for later starts (see `measured.py`).

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
    candidates = [n for n in _CANDIDATES if n not in unavailable]
    key = key_of_choice(candidates, bundle, input_size, num_threads)
    if (earlier := recall(key, candidates)) is not None:
        # One that ran then and does not now: they are measured again.
        with contextlib.suppress(EngineError):
            made = create_engine(earlier.engine, bundle, input_size, num_threads)
            chosen = Selection(made.name, earlier.medians_ms, unavailable, remembered=True)
            return made, chosen
    engine, found = _race(candidates, bundle, input_size, num_threads)
    unavailable |= found.broken
    if engine is None:
        told = "; ".join(f"{name}: {why}" for name, why in unavailable.items())
        raise EngineError(
            f"engine 'auto' found no engine it can run ({told}): pip install onnxruntime"
        )
    if len(found.medians_ms) > 1 and not found.broken:
        # A broken one may be repaired before the next start.
        remember(key, Measured(engine.name, found.medians_ms))
    return engine, Selection(engine.name, found.medians_ms, unavailable, found.broken)


def _race(
    candidates: Sequence[str], bundle: Bundle, input_size: tuple[int, int], num_threads: int
) -> tuple[Engine | None, Comparison]:
    """Measures engines and makes the one to take.

    The likely winner, the first that can run, is made here at once. The others get ready meanwhile
    in their own processes: compiling a network keeps one core busy for a second.

    Returns:
        The engine, None if none can run; and what was found.
    """
    broken: dict[str, str] = {}
    runners: dict[str, Runner] = {}
    engine: Engine | None = None
    with ExitStack() as stack:
        for name in candidates[1:]:
            try:
                process = Elsewhere(name, bundle, input_size, num_threads)
                runners[name] = stack.enter_context(process)
            except EngineError as error:
                broken[name] = str(error)
        for name in candidates:
            try:
                engine = create_engine(name, bundle, input_size, num_threads)
                break
            except EngineError as error:
                runners.pop(name, None)
                broken[name] = str(error)
        if engine is None:
            return None, Comparison("", {}, broken, 0)
        broken.pop(engine.name, None)
        found = compare(engine.name, {**runners, engine.name: Here(engine)})
    if found.fastest != engine.name:
        engine.close()
        engine = create_engine(found.fastest, bundle, input_size, num_threads)
    return engine, Comparison(
        found.fastest, found.medians_ms, {**broken, **found.broken}, found.rounds
    )
