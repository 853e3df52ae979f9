# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How the node's memory grows over many frames.

The camera of `attendseg benchmark pipeline` sends 640x480 rgb8 as fast as the node goes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from attendseg_ros.benchmark.machine import machine
from attendseg_ros.benchmark.processes import Process, ros_arguments, wait_beside
from attendseg_ros.fastdds_profiles import suited_environment
from attendseg_ros.progress import progress_of
from attendseg_ros.temporary import TemporaryFolder

_ENDLESS_S = 1e9
_WIDTH, _HEIGHT = 640, 480


@dataclass(frozen=True)
class MemoryPlan:
    """What to measure.

    Attributes:
        model: name of a shipped model or folder of a bundle.
        engine: of the node.
        threads: of the engine; 0 for all physical cores but one, from two to four.
        frames: how many masks to wait for.
        looks: how often the memory is read, evenly spread over them; at least 2.
    """

    model: str
    engine: str
    threads: int
    frames: int
    looks: int


def measure_memory(plan: MemoryPlan) -> dict[str, Any]:
    """Reads the node's resident memory after every so many masks.

    Raises:
        BenchmarkError: a process ended, or no mask comes.
    """
    facts = machine()
    every = plan.frames // plan.looks
    counts = [every * look for look in range(1, plan.looks + 1)]
    found = zip(counts, resident_mb(plan, counts), strict=True)
    looks = [
        {"frames": count, "resident_mb": megabytes}
        for count, megabytes in progress_of(found, total=len(counts), desc="looks", leave=False)
    ]
    growth = looks[-1]["resident_mb"] - looks[0]["resident_mb"]
    return {
        "benchmark": "memory",
        "machine": facts,
        "plan": asdict(plan),
        "looks": looks,
        "growth_mb": round(growth, 1),
    }


def resident_mb(plan: MemoryPlan, counts: Sequence[int]) -> Iterator[float]:
    """Runs a node and yields its resident memory at certain frames.

    Args:
        plan: what to run.
        counts: after how many masks to look: multiples of the first.

    Yields:
        MB of 10^6 bytes for each count.

    Raises:
        BenchmarkError: a process ended, or no mask comes.
    """
    namespace = f"/attendseg_memory_{os.getpid()}"
    node_parameters = {"model": plan.model, "engine": plan.engine, "num_threads": plan.threads}
    roles: dict[str, tuple[str, dict[str, Any]]] = {
        "listener": ("attendseg_ros.ros.benchmark.mask_counter", {"every": counts[0]}),
        "node": ("attendseg_ros.ros.segmentation_node", node_parameters),
        "camera": (
            "attendseg_ros.ros.benchmark.camera",
            {"rate_hz": 0.0, "duration_s": _ENDLESS_S, "width": _WIDTH, "height": _HEIGHT},
        ),
    }
    # As the launch files do for a robot of whose camera they know the size.
    variables = suited_environment(os.environ, (_WIDTH, _HEIGHT))
    with TemporaryFolder() as logs, ExitStack() as stack:
        started = {}
        for role, (module, parameters) in roles.items():
            command = ["-m", module, *ros_arguments(namespace, parameters)]
            process = Process(role, command, Path(logs) / f"{role}.log", variables)
            started[role] = stack.enter_context(process)
        for count in counts:
            while wait_beside(started["listener"], "masks", started["node"])["count"] < count:
                started["camera"].check()
            yield started["node"].memory_mb()["resident"]
