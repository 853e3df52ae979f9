# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The whole way of a frame: camera, node and listener as processes over the real middleware."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from attendseg_ros.benchmark.accounting import Recording, account
from attendseg_ros.benchmark.cameras import fairness, names_of, of_common_time
from attendseg_ros.benchmark.checkout import benchmark_folder
from attendseg_ros.benchmark.earlier import compared, read_earlier
from attendseg_ros.benchmark.latency import check_same_engine
from attendseg_ros.benchmark.machine import machine
from attendseg_ros.benchmark.processes import PATIENCE_S, Process, ros_arguments, wait_ready
from attendseg_ros.benchmark.ratios import BASELINE, NODE, ratios
from attendseg_ros.errors import BenchmarkError
from attendseg_ros.fastdds_profiles import suited_environment
from attendseg_ros.inference.selection import AUTO
from attendseg_ros.progress import progress_of
from attendseg_ros.temporary import TemporaryFolder

RAW, COMPRESSED = "raw", "compressed"
TRANSPORTS = (RAW, COMPRESSED)

_Start = Callable[[str, list[str], Mapping[str, Any]], Process]
"""Starts a node: its role, what `python` runs, its parameters."""

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
        cameras: numbers of cameras that send such images to one node.
        outputs: topics of images that the listener subscribes to; its latency is of the first.
        duration_s: measured time of each scenario.
        warm_up_s: time before.
        reliable: whether the camera publishes reliably rather than as sensor data.
        against_baseline: whether the node that tutorials show is measured too.
        baseline: results of an earlier run to compare with.
        way: whether the results are told with each scenario's stages.
    """

    model: str = "street"
    engine: str = AUTO
    threads: int = 0
    transports: Sequence[str] = (RAW,)
    sizes: Sequence[tuple[int, int]] = ((640, 480),)
    rates_hz: Sequence[float] = (30.0,)
    cameras: Sequence[int] = (1,)
    outputs: Sequence[str] = ("mask",)
    duration_s: float = 10.0
    warm_up_s: float = 2.0
    reliable: bool = False
    against_baseline: bool = False
    baseline: Path | None = None
    way: bool = False


@dataclass(frozen=True)
class Scenario:
    """One node and its cameras, which are all alike."""

    node: str
    transport: str
    size: tuple[int, int]
    rate_hz: float
    cameras: int = 1

    def __str__(self) -> str:
        rate = f"{self.rate_hz:g} Hz" if self.rate_hz else "as fast as it goes"
        many = f", {self.cameras} cameras" if self.cameras > 1 else ""
        return f"{self.node}, {self.size[0]}x{self.size[1]} {self.transport}, {rate}{many}"


def measure_pipeline(
    plan: PipelinePlan, save: Callable[[dict[str, Any]], None] = lambda _: None
) -> dict[str, Any]:
    """Runs every scenario, one after the other.

    Args:
        plan: what to measure.
        save: called with the results after each scenario, so that a stop loses one at most.

    Raises:
        BenchmarkError: a process did not do its part.
        DataError: `baseline` is no such results, or of other scenarios.
        EngineError: the node ran another engine than the one asked for.
    """
    if plan.against_baseline:
        benchmark_folder()
    earlier = None if plan.baseline is None else read_earlier(plan.baseline, _planned(plan))
    results: dict[str, Any] = {
        "benchmark": "pipeline",
        "machine": machine(),
        "plan": {
            **asdict(plan),
            "reliable": _reliable(plan),
            "baseline": None if plan.baseline is None else str(plan.baseline),
        },
        "scenarios": [],
        "fairness": [],
    }
    progress = progress_of(list(_scenarios(plan)), desc="scenarios", unit="run", leave=False)
    for scenario in progress:
        progress.set_postfix_str(str(scenario))
        rows = [
            {**asdict(scenario), "camera": number, **row}
            for number, row in enumerate(_measure(plan, scenario), start=1)
        ]
        results["scenarios"] += rows
        if len(rows) > 1:
            results["fairness"].append(fairness(rows))
        save(results)
    if plan.against_baseline:
        results["ratios"] = ratios(results["scenarios"])
        save(results)
    if earlier is not None:
        results["baseline"] = compared(results, earlier, str(plan.baseline))
    return results


def _planned(plan: PipelinePlan) -> set[tuple[Any, ...]]:
    """What earlier results must hold one of."""
    return {
        (one.transport, tuple(one.size), float(one.rate_hz), one.cameras)
        for one in _scenarios(plan)
    }


def _scenarios(plan: PipelinePlan) -> Iterator[Scenario]:
    for transport in plan.transports:
        for size in plan.sizes:
            for rate_hz in plan.rates_hz:
                for cameras in plan.cameras:
                    yield Scenario(NODE, transport, size, rate_hz, cameras)
                # Right after, so that both see the machine in the same state. Tutorials do not
                # subscribe to compressed images.
                if plan.against_baseline and transport == RAW:
                    yield Scenario(BASELINE, transport, size, rate_hz)


def _reliable(plan: PipelinePlan) -> bool:
    """A subscription of depth 10, as tutorials make it, only matches a reliable camera."""
    return plan.reliable or plan.against_baseline


def _measure(plan: PipelinePlan, scenario: Scenario) -> list[dict[str, Any]]:
    """The results of each camera."""
    namespace = f"/attendseg_benchmark_{os.getpid()}"
    names = names_of(scenario.cameras)
    with TemporaryFolder() as folder, ExitStack() as stack:
        logs = Path(folder)
        # As the launch files do for a robot of whose camera they know the size.
        variables = suited_environment(os.environ, scenario.size)

        def start(role: str, command: list[str], parameters: Mapping[str, Any]) -> Process:
            arguments = [*command, *ros_arguments(namespace, parameters)]
            return stack.enter_context(Process(role, arguments, logs / f"{role}.log", variables))

        node = _start_node(plan, scenario, start)
        listeners = [_start_listener(plan, scenario, name, start) for name in names]
        for listener in listeners:
            wait_ready(listener, node)
        cameras = [_start_camera(plan, scenario, name, start) for name in names]
        for camera in cameras:
            camera.wait_for("ready")
        for camera in cameras:
            camera.tell("go")
        processes = [node, *cameras, *listeners]
        for camera in cameras:
            camera.wait_for("measuring", PATIENCE_S + plan.warm_up_s)
        before = {process: process.cpu_s() for process in processes}
        done = [camera.wait_for("done", PATIENCE_S + plan.duration_s) for camera in cameras]
        used = {process: process.cpu_s() - before[process] for process in processes}
        memory = {process: process.memory_mb() for process in processes}
        time.sleep(_LAST_MASKS_S)
        node.check()
        heard = [listener.end("done") for listener in listeners]
    recordings = of_common_time([_recording(*both) for both in zip(done, heard, strict=True)])
    masks = sum(map(_masks, recordings))
    rows = []
    for camera, listener, recording in zip(cameras, listeners, recordings, strict=True):
        if scenario.node == NODE and not recording.timings:
            raise BenchmarkError(f"no mask came of {len(recording.sent)} images ({scenario})")
        found = account(recording)
        # The node's are those of all cameras together.
        roles = {"camera": camera, "node": node, "listener": listener}
        frames = {"camera": _sent(recording), "node": masks, "listener": _masks(recording)}
        row = {
            **found,
            "cpu": {r: _cpu(used[roles[r]], frames[r], found["seconds"]) for r in roles},
            "memory_mb": {role: memory[process] for role, process in roles.items()},
            "engine": _engine(plan, recording) if scenario.node == NODE else "torch, eager",
        }
        rows.append(row)
    return rows


def _start_listener(plan: PipelinePlan, scenario: Scenario, name: str, start: _Start) -> Process:
    is_ours = scenario.node == NODE
    return start(
        f"listener{name}",
        ["-m", "attendseg_ros.ros.benchmark.listener"],
        {
            "camera": name,
            "outputs": list(plan.outputs) if is_ours else ["mask"],
            "timing": is_ours,
        },
    )


def _start_camera(plan: PipelinePlan, scenario: Scenario, name: str, start: _Start) -> Process:
    return start(
        name or "camera",
        ["-m", "attendseg_ros.ros.benchmark.camera"],
        {
            "camera": name,
            "await_go": True,
            "width": scenario.size[0],
            "height": scenario.size[1],
            "compressed": scenario.transport == COMPRESSED,
            "reliable": _reliable(plan),
            "rate_hz": float(scenario.rate_hz),
            "answers": plan.outputs[0] if scenario.node == NODE else "mask",
            "warm_up_s": float(plan.warm_up_s),
            "duration_s": float(plan.duration_s),
        },
    )


def _start_node(plan: PipelinePlan, scenario: Scenario, start: _Start) -> Process:
    if scenario.node == BASELINE:
        return start("node", [str(benchmark_folder() / "baseline_node.py")], {})
    parameters = {
        "model": plan.model,
        "engine": plan.engine,
        "num_threads": plan.threads,
        "image_transport": scenario.transport,
        "cameras": list(names_of(scenario.cameras)),
    }
    return start("node", ["-m", "attendseg_ros.ros.segmentation_node"], parameters)


def _recording(done: Mapping[str, Any], heard: Mapping[str, Any]) -> Recording:
    return Recording(
        sent=done["sent"],
        measured_from=done["measured_from"],
        measured_to=done["measured_to"],
        arrived=dict(heard["arrived"]),
        timings=dict(heard["timings"]),
        published=dict(zip(done["sent"], done["published"], strict=True)),
        handed_over={
            stamp: (written, received) for stamp, written, received in heard["handed_over"]
        },
    )


def _cpu(used_s: float, frames: int, seconds: float) -> dict[str, Any]:
    """Processor seconds a second, and milliseconds a frame: a sent one, or one with a mask."""
    return {
        "cores": round(used_s / seconds, 3),
        "ms_per_frame": round(used_s * 1e3 / frames, 3) if frames else None,
    }


def _sent(recording: Recording) -> int:
    return sum(recording.in_time(stamp) for stamp in recording.sent)


def _masks(recording: Recording) -> int:
    return sum(recording.in_time(at) for at in recording.arrived.values())


def _engine(plan: PipelinePlan, recording: Recording) -> str:
    """The engine that ran, as the node itself reports it."""
    ran = str(next(iter(recording.timings.values()))["engine"])
    if plan.engine != AUTO:
        check_same_engine(plan.engine, ran)
    return ran
