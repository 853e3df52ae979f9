# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How soon after its start the node sends its first mask, while a camera goes on."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from attendseg_ros.benchmark.machine import machine
from attendseg_ros.benchmark.processes import PATIENCE_S, Process, ros_arguments, wait_beside
from attendseg_ros.benchmark.summary import summary
from attendseg_ros.progress import progress_of
from attendseg_ros.temporary import TemporaryFolder

FIRST, LATER = "first on a machine", "later"

_PAUSE_S = 2.0
"""In which the middleware forgets the node before."""

_CAMERA = "attendseg_ros.ros.synthetic_camera_node"
_COUNTER = "attendseg_ros.ros.benchmark.mask_counter"
_NODE = "attendseg_ros.ros.segmentation_node"


@dataclass(frozen=True)
class StartUpPlan:
    """What to measure.

    Attributes:
        model: name of a shipped model or folder of a bundle.
        engines: of the node, one after the other.
        runs: starts of each.
    """

    model: str
    engines: Sequence[str]
    runs: int


def measure_start_up(plan: StartUpPlan) -> dict[str, Any]:
    """Starts the node with each engine, on a machine that never compiled it and on one that did.

    Raises:
        BenchmarkError: a process ended, or no mask came.
    """
    facts = machine()
    cases = []
    starts = list(itertools.product(plan.engines, (True, False)))
    for engine, first in progress_of(starts, desc="starts", unit="case", leave=False):
        seconds = seconds_to_first_mask(plan.model, engine, plan.runs, first=first)
        start = FIRST if first else LATER
        cases.append({"engine": engine, "start": start, "seconds": summary(seconds)})
    return {"benchmark": "start-up", "machine": facts, "plan": asdict(plan), "cases": cases}


def seconds_to_first_mask(model: str, engine: str, runs: int, *, first: bool) -> list[float]:
    """Starts the node again and again while a camera of 640x480 at 30 Hz goes on.

    Args:
        model: name of a shipped model or folder of a bundle.
        engine: of the node.
        runs: how often.
        first: each start is the first one on its machine: nothing has been compiled before.

    Returns:
        For each start the seconds from executing the process to the arrival of the first mask in
        another process.

    Raises:
        BenchmarkError: a process ended, or no mask came.
    """
    namespace = f"/attendseg_start_up_{os.getpid()}"
    with TemporaryFolder() as folder, ExitStack() as stack:
        camera = [*ros_arguments(namespace, {}), "-r", "image_raw:=image"]
        logs = Path(folder)
        stack.enter_context(Process("camera", ["-m", _CAMERA, *camera], logs / "camera.log"))
        command = ["-m", _COUNTER, *ros_arguments(namespace, {})]
        counter = stack.enter_context(Process("listener", command, logs / "listener.log"))
        counter.wait_for("ready")
        time.sleep(_PAUSE_S)

        def once(cache: Path) -> float:
            parameters = {"model": model, "engine": engine}
            return _once(counter, namespace, parameters, cache)

        if not first:
            once(logs / "cache")
        return [once(logs / (f"cache_{run}" if first else "cache")) for run in range(runs)]


def _once(counter: Process, namespace: str, parameters: Mapping[str, str], cache: Path) -> float:
    command = ["-m", _NODE, *ros_arguments(namespace, parameters)]
    log = cache.with_name("node.log")
    started_s = time.monotonic()
    with Process("node", command, log, {"XDG_CACHE_HOME": str(cache)}) as node:
        # One of the node before may still be told of.
        at_s = 0.0
        while at_s <= started_s:
            at_s = float(wait_beside(counter, "masks", node, PATIENCE_S)["at_s"])
    time.sleep(_PAUSE_S)
    return at_s - started_s
