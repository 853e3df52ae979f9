# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A layer with its time, and an engine that tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.inference import Bundle

WARM_UP = 5
"""Runs of a profiler before it counts: the first ones find cold caches."""


@dataclass(frozen=True)
class Layer:
    """A step of an engine, made of one or several steps of the graph.

    Attributes:
        name: of the step of the graph that it began as.
        kind: see `kinds`.
        macs: multiplications with weights; None where the engine does not tell enough.
        ms: mean of a run.
    """

    name: str
    kind: str
    macs: int | None
    ms: float


class Profiler(Protocol):
    """Runs a network as its engine does on a robot, and tells the time of each layer.

    It is made with its image and has run it `WARM_UP` times.
    """

    def run(self) -> None:
        """Runs the network once."""

    def layers(self) -> list[Layer]:
        """The layers in the order in which they ran, over the calls of `run`; it ends them."""


ProfilerFactory = Callable[[Bundle, NDArray[np.uint8], int], Profiler]
"""From a bundle, an image uint8 (H, W, 3) of the input's size, and the number of threads."""
