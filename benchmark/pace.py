# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Prints what target_latency_ms does under a load that comes and goes: `python -m benchmark.pace`.

The camera, the node and the listener of `attendseg benchmark pipeline` run over the real
middleware. After a while busy processes are started beside them, and after as long again ended.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attendseg_ros import processes, stopping
from attendseg_ros.benchmark.machine import machine
from attendseg_ros.benchmark.processes import Process, ros_arguments, wait_ready
from attendseg_ros.import_path import environment, python_command
from attendseg_ros.percentiles import percentile
from attendseg_ros.processes import AT_ONCE

PHASES = ("before", "loaded", "after")

_WARM_UP_S = 3.0
_BUSY = "while True: pass"
_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True)
class Plan:
    """What to run.

    Attributes:
        model: name of a shipped model or folder of a bundle.
        engine: of the node.
        rate_hz: of the camera, whose images have 640x480 pixels.
        busy: processes that load the machine, each as much of a core as it gets.
        phase_s: seconds before, under and after the load.
    """

    model: str
    engine: str
    rate_hz: float
    busy: int
    phase_s: float


@dataclass(frozen=True)
class PhaseResult:
    """What a phase was like.

    Attributes:
        latencies_ms: from the camera's stamp to the mask's arrival in another process, in order.
        sizes: how many frames the network saw at which input size.
        sent: images of the camera.
    """

    latencies_ms: list[float]
    sizes: Counter[tuple[int, int]]
    sent: int

    def row(self) -> str:
        """Columns of a Markdown table; the p95 of the second half is without the transition."""
        settled = self.latencies_ms[len(self.latencies_ms) // 2 :]
        times = [
            f"{percentile(values, share):.1f}" if values else "none"
            for values, share in (
                (self.latencies_ms, 0.5),
                (self.latencies_ms, 0.95),
                (settled, 0.95),
            )
        ]
        seen = sum(self.sizes.values())
        sizes = [
            f"{width}x{height} {count / seen:.0%}"
            for (width, height), count in sorted(self.sizes.items(), reverse=True)
        ]
        return " | ".join([*times, f"{len(self.latencies_ms)} of {self.sent}", ", ".join(sizes)])


@contextmanager
def load(count: int) -> Iterator[None]:
    """Keeps processors busy with processes of this one's priority."""
    with ExitStack() as stack:
        for _ in range(count):
            command = python_command("-c", _BUSY)
            stack.enter_context(
                processes.Process(command, steps=AT_ONCE, environment=environment())
            )
        yield


def run(plan: Plan, target_ms: float) -> dict[str, PhaseResult]:
    """Runs the three phases once.

    Args:
        plan: what to run.
        target_ms: the node's target_latency_ms.

    Returns:
        Each phase by its name.

    Raises:
        BenchmarkError: a process did not do its part.
    """
    namespace = f"/attendseg_pace_{os.getpid()}"
    with tempfile.TemporaryDirectory() as logs, ExitStack() as stack:

        def start(role: str, module: str, parameters: Mapping[str, Any]) -> Process:
            command = ["-m", f"attendseg_ros.ros.{module}", *ros_arguments(namespace, parameters)]
            return stack.enter_context(Process(role, command, Path(logs) / f"{role}.log"))

        parameters = {"model": plan.model, "engine": plan.engine, "target_latency_ms": target_ms}
        node = start("node", "segmentation_node", parameters)
        listener = start("listener", "benchmark_listener", {})
        wait_ready(listener, node)
        camera = start(
            "camera",
            "benchmark_camera",
            {
                "rate_hz": plan.rate_hz,
                "warm_up_s": _WARM_UP_S,
                "duration_s": plan.phase_s * len(PHASES),
            },
        )
        camera.wait_for("measuring")
        time.sleep(plan.phase_s)
        with load(plan.busy):
            time.sleep(plan.phase_s)
        done = camera.wait_for("done")
        node.check()
        heard = listener.end("done")
    return phases(done, heard, plan.phase_s)


def phases(
    done: Mapping[str, Any], heard: Mapping[str, Any], phase_s: float
) -> dict[str, PhaseResult]:
    """Sorts what the camera and the listener said by phase.

    Args:
        done: the camera's last event.
        heard: the listener's.
        phase_s: seconds of each phase.
    """
    arrived, timings = dict(heard["arrived"]), dict(heard["timings"])
    results = {}
    start = done["measured_from"]
    length = int(phase_s * _NANOSECONDS)
    for index, name in enumerate(PHASES):
        begin, end = start + index * length, start + (index + 1) * length
        stamps = [stamp for stamp in done["sent"] if begin <= stamp < end]
        sizes = [timings[stamp] for stamp in stamps if stamp in timings]
        results[name] = PhaseResult(
            [(arrived[stamp] - stamp) / 1e6 for stamp in stamps if stamp in arrived],
            Counter((timing["input_width"], timing["input_height"]) for timing in sizes),
            len(stamps),
        )
    return results


def main() -> int:
    """Prints a row for each phase, without a target and with one; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.pace", description=__doc__)
    parser.add_argument("--target-ms", type=float, default=25.0, help="(default: %(default)s)")
    parser.add_argument("--model", default="street", help="(default: %(default)s)")
    parser.add_argument("--engine", default="auto", help="(default: %(default)s)")
    parser.add_argument("--rate-hz", type=float, default=30.0, help="(default: %(default)s)")
    parser.add_argument(
        "--busy", type=int, default=4, help="processes that are the load (default: %(default)s)"
    )
    parser.add_argument(
        "--phase-s", type=float, default=30.0, help="before, under, after (default: %(default)s)"
    )
    arguments = parser.parse_args()
    plan = Plan(
        arguments.model, arguments.engine, arguments.rate_hz, arguments.busy, arguments.phase_s
    )
    host = machine()
    print(f"{host['cpu']}, {host['logical_processors']} processors, load {host['load_average']}")
    print("| target_latency_ms | load | p50 | p95 | p95, second half | masks | input sizes |")
    print("|---|---|---|---|---|---|---|")
    for target_ms in (0.0, arguments.target_ms):
        for name, phase in run(plan, target_ms).items():
            print(f"| {target_ms:g} | {name} | {phase.row()} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(stopping.run("benchmark.pace", main))
