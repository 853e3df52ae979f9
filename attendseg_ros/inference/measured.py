# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What `engine: auto` found by measuring, remembered beside the compiled networks.

It holds for one machine, model and size: another processor, another number of its cores or of
threads, another version of an engine, each has its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import math
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from attendseg_ros.inference.bundle import Bundle
from attendseg_ros.inference.compiled import key_of, load_compiled, store_compiled
from attendseg_ros.inference.engine import cpuinfo, default_threads, physical_cores

_KIND = "engine"

_NAMES_OF_PROCESSORS = ("model name", "flags", "Features", "CPU implementer", "CPU part", "Model")
"""Lines of /proc/cpuinfo that tell one processor from another, on x86, Arm and boards."""


@dataclass(frozen=True)
class Measured:
    """Which engine was taken, and the median milliseconds a frame of each one measured."""

    engine: str
    medians_ms: Mapping[str, float]


def key_of_choice(
    candidates: Sequence[str], bundle: Bundle, input_size: tuple[int, int], num_threads: int
) -> str:
    """Names all that a choice depends on.

    Args:
        candidates: the engines to choose from, those that are installed.
        bundle: the model.
        input_size: of the network, width and height.
        num_threads: 0 for `default_threads()`.
    """
    return key_of(
        processor=_processor(),
        cores=[physical_cores(), len(os.sched_getaffinity(0))],
        threads=num_threads or default_threads(),
        engines={name: _build_of(name) for name in sorted(candidates)},
        network=hashlib.sha256(bundle.model).hexdigest(),
        input_size=list(input_size),
    )


def recall(key: str, candidates: Sequence[str]) -> Measured | None:
    """What was remembered under a key; None where there is nothing that can be used."""
    stored = load_compiled(key, _KIND)
    if stored is None:
        return None
    try:
        found = json.loads(stored)
        engine = found["engine"]
        medians = {str(name): float(ms) for name, ms in found["medians_ms"].items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    usable = all(0.0 < ms < math.inf for ms in medians.values())
    if engine not in candidates or engine not in medians or not usable:
        return None
    return Measured(engine, medians)


def remember(key: str, measured: Measured) -> None:
    """Remembers a choice, if that is possible: without it the next start measures again."""
    found = {"engine": measured.engine, "medians_ms": dict(measured.medians_ms)}
    store_compiled(key, json.dumps(found).encode(), _KIND)


def _processor() -> list[str]:
    # A board may have cores of two kinds.
    return [platform.machine(), *sorted(set(cpuinfo(*_NAMES_OF_PROCESSORS)))]


def _build_of(engine: str) -> list[str]:
    """The version of an engine's library, and when it was installed; nothing is imported."""
    spec = importlib.util.find_spec(engine)
    origin = None if spec is None else spec.origin
    said = []
    with contextlib.suppress(metadata.PackageNotFoundError):
        said.append(metadata.version(engine))
    with contextlib.suppress(OSError, TypeError):
        # A maker's own wheel, onnxruntime-gpu too, has another name than its module.
        found = Path(origin or "").stat()
        said += [str(origin), str(found.st_mtime_ns), str(found.st_size)]
    return said
