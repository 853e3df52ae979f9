# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs of one case in a row, and how long each took."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.inference.engine import Engine

BURST = 5
"""Runs of one case before the next one's turn: as a node runs it, with warm caches."""


def timed(run: Callable[[], object], runs: int = BURST) -> list[float]:
    """Milliseconds of each of some runs in a row.

    Args:
        run: what to measure.
        runs: how many are measured.
    """
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        run()
        times.append((time.perf_counter() - started) * 1e3)
    return times


def burst(engine: Engine, image: NDArray[np.uint8], runs: int = BURST) -> list[float]:
    """Milliseconds of some runs in a row, after one that brings the caches back.

    Args:
        engine: what to run.
        image: uint8 (H, W, 3) of the engine's input size.
        runs: how many are measured.
    """
    engine.infer(image)
    return timed(partial(engine.infer, image), runs)
