# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What an inference engine is, and what every engine checks of the graph it was given."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import BundleError, LogitsError
from attendseg_ros.inference.bundle import MODEL_FILE, Bundle

INPUT_NAME = "image"
OUTPUT_NAME = "logits"

Logits = NDArray[np.float32]


class Engine(Protocol):
    """Runs a bundle's graph at one fixed input size."""

    name: str
    input_size: tuple[int, int]
    first_run_s: float
    """Seconds that its blank image took when `create_engine` made it; 0.0 before that."""

    def infer(self, image: NDArray[np.uint8]) -> Logits:
        """Runs the network once.

        Args:
            image: uint8 (H, W, 3) RGB, C-contiguous, of the engine's input size.

        Returns:
            float32 (C, H / stride, W / stride). It may be the engine's own memory: it is valid
            until the next call.
        """

    def close(self) -> None:
        """Frees what the engine holds; `infer` must not be called afterwards."""


@dataclass(frozen=True)
class Port:
    """An input or output as an engine reports it; a dimension it leaves open is None."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]

    def __str__(self) -> str:
        sides = ", ".join("any" if side is None else str(side) for side in self.shape)
        return f"{self.name} {self.dtype} ({sides})"


def check_graph(
    bundle: Bundle,
    input_size: tuple[int, int],
    inputs: Sequence[Port],
    outputs: Sequence[Port],
) -> None:
    """Holds a graph's inputs and outputs against what the bundle format promises.

    Raises:
        BundleError: they differ; the message names what is there and what should be.
    """
    width, height = input_size
    _check_port(bundle, "input", inputs, Port(INPUT_NAME, "uint8", (1, height, width, 3)))
    logits_shape = (1, *bundle.output_shape(input_size))
    _check_port(bundle, "output", outputs, Port(OUTPUT_NAME, "float32", logits_shape))


def _check_port(bundle: Bundle, role: str, found: Sequence[Port], wanted: Port) -> None:
    if len(found) == 1:
        port = found[0]
        same_kind = port.name == wanted.name and port.dtype == wanted.dtype
        same_rank = len(port.shape) == len(wanted.shape)
        if (
            same_kind
            and same_rank
            and all(
                side in (None, want) for side, want in zip(port.shape, wanted.shape, strict=True)
            )
        ):
            return
    listed = "; ".join(str(port) for port in found) or "none"
    raise BundleError(
        f"{bundle.path / MODEL_FILE}: its {role} must be {wanted} to fit model.yaml, got {listed}"
    )


def check_finite(logits: Logits) -> None:
    """Refuses a result with NaN or infinity, of which a comparison would make some class.

    30 microseconds for street's 11 x 96 x 144, of a frame's tens of milliseconds.

    Raises:
        LogitsError: says how many there are.
    """
    finite = np.isfinite(logits)
    if finite.all():
        return
    missing = int(np.isnan(logits).sum())
    infinite = finite.size - int(finite.sum()) - missing
    raise LogitsError(f"{missing} NaN and {infinite} infinite of {finite.size} logits")


MOST_THREADS = 256
"""Of an engine: above any processor that such a network gains from."""


def default_threads() -> int:
    """The threads an engine gets when nobody says: all physical cores but one, from two to four.

    More are faster only while frames come without a pause. At a camera's rate they sleep in between
    and wake one after the other, and the last core is wanted by camera, middleware and robot:
    measured in docs/performance.md.
    """
    cores = physical_cores()
    return min(cores, max(2, cores - 1), 4)


def physical_cores() -> int:
    """The physical cores this process may use."""
    return len({_first_sibling(cpu) for cpu in os.sched_getaffinity(0)})


def cpuinfo(*names: str) -> list[str]:
    """The lines of /proc/cpuinfo that begin with one of these names; none where it is missing."""
    try:
        text = Path("/proc/cpuinfo").read_text(errors="replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.startswith(names)]


def _first_sibling(cpu: int) -> str:
    """Names the physical core of a logical processor (its own name where Linux does not say)."""
    siblings = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
    try:
        return siblings.read_text(encoding="ascii").strip()
    except OSError:
        return str(cpu)
