# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The engine alone: every engine, precision, size and number of threads, measured in turns."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.benchmark.bursts import BURST, burst
from attendseg_ros.benchmark.layers.profile import profile_beside, profiler_of
from attendseg_ros.benchmark.machine import machine
from attendseg_ros.benchmark.summary import summary
from attendseg_ros.errors import BundleError, EngineError
from attendseg_ros.inference import Bundle, load_bundle
from attendseg_ros.inference.engine import Engine
from attendseg_ros.inference.engines import check_input_size, create_engine
from attendseg_ros.inference.execution_providers import explain_fallback
from attendseg_ros.progress import progress_of, progress_to


@dataclass(frozen=True)
class LatencyPlan:
    """What to measure.

    Attributes:
        models: names of shipped models or bundle folders.
        engines: names of engines.
        precisions: "int8", "fp32"; a bundle of 8 bits gives both, see `float_twin`. Empty for
            each model's own.
        sizes: widths and heights of the network's input; empty for each model's own.
        threads: numbers of threads.
        repeats: measured runs of each case.
        profile: whether each case tells the time of its layers, too.
    """

    models: Sequence[str]
    engines: Sequence[str]
    precisions: Sequence[str]
    sizes: Sequence[tuple[int, int]]
    threads: Sequence[int]
    repeats: int
    profile: bool = False


@dataclass(frozen=True)
class Case:
    """One thing to measure."""

    bundle: Bundle
    engine: str
    size: tuple[int, int]
    threads: int

    def to_mapping(self) -> dict[str, Any]:
        """Its name in the results."""
        return {
            "model": self.bundle.name,
            "precision": self.bundle.precision,
            "engine": self.engine,
            "size": list(self.size),
            "threads": self.threads,
        }


def measure_latency(plan: LatencyPlan) -> dict[str, Any]:
    """Measures every case of a plan.

    Cases of one number of threads take turns, so that whatever else the machine does hits all of
    them alike. (torch has one number of threads a process, so those cannot take turns.)

    Raises:
        BundleError: a model is unfit, or has not the precision asked for.
        EngineError: an engine is not installed, cannot run a model, or is not the one asked for
            for.
    """
    facts = machine()
    if plan.profile:
        for engine in plan.engines:
            profiler_of(engine)
    cases = list(_cases(plan))
    if plan.profile:
        bar = progress_of(cases, desc="profiles", unit="case", leave=False)
        found = [_profiled(case, plan.repeats) for case in bar]
    else:
        found = _measured_in_turns(cases, plan.repeats)
    repeats = found[0]["ms"]["n"]
    return {"benchmark": "latency", "machine": facts, "repeats": repeats, "cases": found}


def _measured_in_turns(cases: list[Case], repeats: int) -> list[dict[str, Any]]:
    rounds = max(1, -(-repeats // BURST))
    found: list[dict[str, Any]] = []
    with progress_to(total=len(cases) * rounds, desc="engines", unit="burst", leave=False) as bar:
        for _, group in itertools.groupby(cases, key=lambda case: case.threads):
            found += _measure_group(list(group), rounds, bar)
    return found


def _cases(plan: LatencyPlan) -> Iterator[Case]:
    bundles = [bundle for name in plan.models for bundle in _versions(name, plan.precisions)]
    for bundle in bundles:
        for size in plan.sizes:
            check_input_size(bundle, size)
    for threads in plan.threads:
        for bundle in bundles:
            for size in plan.sizes or [bundle.input_size]:
                for engine in plan.engines:
                    yield Case(bundle, engine, size, threads)


def _versions(model: str, precisions: Sequence[str]) -> list[Bundle]:
    bundle = load_bundle(model)
    if not precisions:
        return [bundle]
    found = []
    for precision in precisions:
        if precision == bundle.precision:
            found.append(bundle)
        elif precision == "fp32":
            # It takes a package that a robot need not have.
            from attendseg_ros.deployment.float_twin import float_twin

            found.append(float_twin(bundle))
    if not found:
        raise BundleError(
            f"{bundle.path} is an {bundle.precision} model: measure it with --precision "
            f"{bundle.precision}"
        )
    return found


def _measure_group(cases: list[Case], rounds: int, bar: Any) -> list[dict[str, Any]]:
    times: list[list[float]] = [[] for _ in cases]
    with _engines(cases) as engines:
        images = [_image(case.size) for case in cases]
        for _ in range(rounds):
            for engine, image, mine in zip(engines, images, times, strict=True):
                mine += burst(engine, image)
                bar.update()
    return [
        {**case.to_mapping(), "ran_on": engine.name, "ms": summary(mine)}
        for case, engine, mine in zip(cases, engines, times, strict=True)
    ]


def _profiled(case: Case, repeats: int) -> dict[str, Any]:
    """A case with the time of its layers, for which it takes turns with its own profiler."""
    with _engines([case]) as (engine,):
        profile, times = profile_beside(
            engine, case.bundle, _image(case.size), case.threads, repeats
        )
        return {
            **case.to_mapping(),
            "ran_on": engine.name,
            "ms": summary(times),
            "profile": profile,
        }


@contextmanager
def _engines(cases: list[Case]) -> Iterator[list[Engine]]:
    """The engines of all cases, each of them the one that was asked for."""
    engines: list[Engine] = []
    try:
        for case in cases:
            engines.append(create_engine(case.engine, case.bundle, case.size, case.threads))
            check_same_engine(case.engine, engines[-1].name)
        yield engines
    finally:
        for engine in engines:
            engine.close()


def check_same_engine(asked: str, ran: str) -> None:
    """Refuses a number under a wrong name.

    Raises:
        EngineError: what ran is not what was asked for.
    """
    if asked != ran:
        raise EngineError(
            f"engine '{asked}' was asked for but '{ran}' ran: no number is given under the wrong "
            f"name ({explain_fallback(asked, ran)})"
        )


def _image(size: tuple[int, int]) -> NDArray[np.uint8]:
    """Noise: the time of a network does not depend on what it sees."""
    width, height = size
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
