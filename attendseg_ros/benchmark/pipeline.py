# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The whole way of a frame: camera, node and listener as processes over the real middleware."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from attendseg_ros.benchmark.accounting import Recording, account
from attendseg_ros.benchmark.checkout import benchmark_folder
from attendseg_ros.benchmark.latency import check_same_engine
from attendseg_ros.benchmark.machine import machine
from attendseg_ros.benchmark.processes import PATIENCE_S, Process, ros_arguments
from attendseg_ros.errors import BenchmarkError
from attendseg_ros.inference.selection import AUTO

NODE, BASELINE = "attendseg", "baseline"

RAW, COMPRESSED = "raw", "compressed"
TRANSPORTS = (RAW, COMPRESSED)

_LAST_MASKS_S = 2.0
"""How long the masks of the last images have to arrive."""


@dataclass(frozen=True)
class PipelinePlan:
    """What to measure.

    Attributes:
        model: name of a shipped model or folder of a bundle.
        engine: of the node; "auto" for the fastest.
        threads: of the engine; 0 for the node's own choice.
        transports: "raw", "compressed".
        sizes: widths and heights of the camera's images.
        rates_hz: of the camera; 0 for as fast as the node goes: an image is sent when the one
            before the last has its mask.
        outputs: topics of images that the listener subscribes to; its latency is of the first.
        duration_s: measured time of each scenario.
        warm_up_s: time before.
        reliable: whether the camera publishes reliably rather than as sensor data.
        against_baseline: whether the node that tutorials show is measured too.
    """

    model: str = "street"
    engine: str = AUTO
    threads: int = 0
    transports: Sequence[str] = (RAW,)
    sizes: Sequence[tuple[int, int]] = ((640, 480),)
    rates_hz: Sequence[float] = (30.0,)
    outputs: Sequence[str] = ("mask",)
    duration_s: float = 10.0
    warm_up_s: float = 2.0
    reliable: bool = False
    against_baseline: bool = False


@dataclass(frozen=True)
class Scenario:
    """One camera and one node."""

    node: str
    transport: str
    size: tuple[int, int]
    rate_hz: float

    def __str__(self) -> str:
        rate = f"{self.rate_hz:g} Hz" if self.rate_hz else "as fast as it goes"
        return f"{self.node}, {self.size[0]}x{self.size[1]} {self.transport}, {rate}"


def measure_pipeline(
    plan: PipelinePlan, save: Callable[[dict[str, Any]], None] = lambda _: None
) -> dict[str, Any]:
    """Runs every scenario, one after the other.

    Args:
        plan: what to measure.
        save: called with the results after each scenario, so that a stop loses one at most.

    Raises:
        BenchmarkError: a process did not do its part.
        EngineError: the node ran another engine than the one asked for.
    """
    if plan.against_baseline:
        benchmark_folder()
    results: dict[str, Any] = {
        "benchmark": "pipeline",
        "machine": machine(),
        "plan": {**asdict(plan), "reliable": _reliable(plan)},
        "scenarios": [],
    }
    progress = tqdm(list(_scenarios(plan)), desc="scenarios", unit="run", leave=False)
    for scenario in progress:
        progress.set_postfix_str(str(scenario))
        results["scenarios"].append({**asdict(scenario), **_measure(plan, scenario)})
        save(results)
    if plan.against_baseline:
        results["ratios"] = ratios(results["scenarios"])
        save(results)
    return results


def _scenarios(plan: PipelinePlan) -> Iterator[Scenario]:
    for transport in plan.transports:
        for size in plan.sizes:
            for rate_hz in plan.rates_hz:
                yield Scenario(NODE, transport, size, rate_hz)
                # Right after, so that both see the machine in the same state. Tutorials do not
                # subscribe to compressed images.
                if plan.against_baseline and transport == RAW:
                    yield Scenario(BASELINE, transport, size, rate_hz)


def _reliable(plan: PipelinePlan) -> bool:
    """A subscription of depth 10, as tutorials make it, only matches a reliable camera."""
    return plan.reliable or plan.against_baseline


def ratios(scenarios: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How many times longer the baseline takes from camera to mask, scenario by scenario.

    Args:
        scenarios: as in the results.

    Returns:
        For each that both nodes ran: the ratio of their p50 and p95, None where a node gave no
        mask at all.
    """

    def where(scenario: Mapping[str, Any]) -> tuple[Any, ...]:
        return scenario["transport"], tuple(scenario["size"]), scenario["rate_hz"]

    ours = {where(one): one for one in scenarios if one["node"] == NODE}
    found = []
    for theirs in scenarios:
        own = ours.get(where(theirs))
        if theirs["node"] != BASELINE or own is None:
            continue
        row: dict[str, Any] = {key: theirs[key] for key in ("transport", "size", "rate_hz")}
        for name in ("p50", "p95"):
            long, short = theirs["latency_ms"][name], own["latency_ms"][name]
            row[name] = round(long / short, 2) if long is not None and short else None
        found.append(row)
    return found


def _measure(plan: PipelinePlan, scenario: Scenario) -> dict[str, Any]:
    namespace = f"/attendseg_benchmark_{os.getpid()}"
    is_ours = scenario.node == NODE
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        logs = Path(name)

        def start(role: str, command: list[str], parameters: Mapping[str, Any]) -> Process:
            arguments = [*command, *ros_arguments(namespace, parameters)]
            return stack.enter_context(Process(role, arguments, logs / f"{role}.log"))

        node = _start_node(plan, scenario, start)
        listener = start(
            "listener",
            ["-m", "attendseg_ros.ros.benchmark_listener"],
            {"outputs": list(plan.outputs) if is_ours else ["mask"], "timing": is_ours},
        )
        wait_ready(listener, node)
        camera = start(
            "camera",
            ["-m", "attendseg_ros.ros.benchmark_camera"],
            {
                "width": scenario.size[0],
                "height": scenario.size[1],
                "compressed": scenario.transport == COMPRESSED,
                "reliable": _reliable(plan),
                "rate_hz": float(scenario.rate_hz),
                "answers": f"segmentation/{plan.outputs[0] if is_ours else 'mask'}",
                "warm_up_s": float(plan.warm_up_s),
                "duration_s": float(plan.duration_s),
            },
        )
        processes = {"camera": camera, "node": node, "listener": listener}
        camera.wait_for("measuring", PATIENCE_S + plan.warm_up_s)
        before = {role: process.cpu_s() for role, process in processes.items()}
        done = camera.wait_for("done", PATIENCE_S + plan.duration_s)
        after = {role: process.cpu_s() for role, process in processes.items()}
        memory = {role: process.memory_mb() for role, process in processes.items()}
        time.sleep(_LAST_MASKS_S)
        node.check()
        listener.interrupt()
        heard = listener.wait_for("done")
    recording = _recording(done, heard)
    if is_ours and not recording.timings:
        raise BenchmarkError(f"no mask came of {len(recording.sent)} images ({scenario})")
    found = account(recording)
    used = {role: after[role] - before[role] for role in processes}
    return {
        **found,
        "cpu": _cpu(used, recording, found["seconds"]),
        "memory_mb": memory,
        "engine": _engine(plan, recording) if is_ours else "torch, eager",
    }


def _start_node(
    plan: PipelinePlan,
    scenario: Scenario,
    start: Callable[[str, list[str], Mapping[str, Any]], Process],
) -> Process:
    if scenario.node == BASELINE:
        return start("node", [str(benchmark_folder() / "baseline_node.py")], {})
    parameters = {
        "model": plan.model,
        "engine": plan.engine,
        "num_threads": plan.threads,
        "image_transport": scenario.transport,
    }
    return start("node", ["-m", "attendseg_ros.ros.segmentation_node"], parameters)


def wait_ready(listener: Process, node: Process) -> None:
    """Waits until the listener has found the node's topics.

    Raises:
        BenchmarkError: the node has ended, or takes too long.
    """
    deadline = time.monotonic() + PATIENCE_S
    while True:
        node.check()
        try:
            listener.wait_for("ready", 1.0)
        except BenchmarkError:
            listener.check()
            if time.monotonic() > deadline:
                raise
        else:
            return


def _recording(done: Mapping[str, Any], heard: Mapping[str, Any]) -> Recording:
    return Recording(
        sent=done["sent"],
        measured_from=done["measured_from"],
        measured_to=done["measured_to"],
        arrived=dict(heard["arrived"]),
        timings=dict(heard["timings"]),
    )


def _cpu(used: Mapping[str, float], recording: Recording, seconds: float) -> dict[str, Any]:
    """Processor seconds a second, and milliseconds a frame: a sent one, or one with a mask."""
    sent = sum(stamp >= recording.measured_from for stamp in recording.sent)
    masks = sum(
        recording.measured_from <= at < recording.measured_to for at in recording.arrived.values()
    )
    frames = {"camera": sent, "node": masks, "listener": masks}
    return {
        role: {
            "cores": round(used[role] / seconds, 3),
            "ms_per_frame": round(used[role] * 1e3 / frames[role], 3) if frames[role] else None,
        }
        for role in used
    }


def _engine(plan: PipelinePlan, recording: Recording) -> str:
    """The engine that ran, as the node itself reports it."""
    ran = str(next(iter(recording.timings.values()))["engine"])
    if plan.engine != AUTO:
        check_same_engine(plan.engine, ran)
    return ran
