# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What `target_latency_ms` does under a load that comes and goes.

The camera, the node and the listener of `attendseg benchmark pipeline` run over the real
middleware. After a while busy processes are started beside them, and after as long again ended.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from attendseg_ros import processes
from attendseg_ros.benchmark.machine import machine
from attendseg_ros.benchmark.processes import Process, ros_arguments, wait_ready
from attendseg_ros.benchmark.summary import summary
from attendseg_ros.import_path import environment, python_command
from attendseg_ros.processes import AT_ONCE
from attendseg_ros.progress import progress_of
from attendseg_ros.temporary import TemporaryFolder

PHASES = ("before", "loaded", "after")

_WARM_UP_S = 3.0
_BUSY = "while True: pass"
_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True)
class PacePlan:
    """What to measure.

    Attributes:
        model: name of a shipped model or folder of a bundle.
        engine: of the node.
        threads: of the engine; 0 for all physical cores but one, from two to four.
        target_ms: the node's target_latency_ms, measured beside a run without one.
        rate_hz: of the camera, whose images have 640x480 pixels.
        busy: processes that load the machine, each as much of a core as it gets.
        phase_s: seconds before, under and after the load.
    """

    model: str
    engine: str
    threads: int
    target_ms: float
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

    def to_mapping(self) -> dict[str, Any]:
        """Plain values for JSON; the p95 of the second half is without the transition."""
        settled = self.latencies_ms[len(self.latencies_ms) // 2 :]
        return {
            "latency_ms": summary(self.latencies_ms),
            "settled_ms": summary(settled),
            "sent": self.sent,
            "sizes": [
                {"size": list(size), "frames": count}
                for size, count in sorted(self.sizes.items(), reverse=True)
            ],
        }


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


def measure_pace(plan: PacePlan) -> dict[str, Any]:
    """Runs the three phases without a target and with it.

    Raises:
        BenchmarkError: a process did not do its part.
    """
    facts = machine()
    rows = [
        {"target_latency_ms": target_ms, "load": name, **phase.to_mapping()}
        for target_ms in progress_of((0.0, plan.target_ms), desc="targets", leave=False)
        for name, phase in run(plan, target_ms).items()
    ]
    return {"benchmark": "pace", "machine": facts, "plan": asdict(plan), "phases": rows}


def run(plan: PacePlan, target_ms: float) -> dict[str, PhaseResult]:
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
    with TemporaryFolder() as logs, ExitStack() as stack:

        def start(role: str, module: str, parameters: Mapping[str, Any]) -> Process:
            command = ["-m", module, *ros_arguments(namespace, parameters)]
            return stack.enter_context(Process(role, command, Path(logs) / f"{role}.log"))

        parameters = {
            "model": plan.model,
            "engine": plan.engine,
            "num_threads": plan.threads,
            "target_latency_ms": float(target_ms),
        }
        node = start("node", "attendseg_ros.ros.segmentation_node", parameters)
        listener = start("listener", "attendseg_ros.ros.benchmark.listener", {})
        wait_ready(listener, node)
        camera = start(
            "camera",
            "attendseg_ros.ros.benchmark.camera",
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
