# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a soak measures, and what it promises."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from attendseg_ros.percentiles import percentile

_PAGE = os.sysconf("SC_PAGE_SIZE")

MOST_SLOPE_MB_PER_HOUR = 1.0
MOST_DRIFT = 0.05
LONGEST_RECOVERY_S = 3.0

IN_USE, CLEANED_UP, WITH_MODEL = "heap_in_use", "memory_cleaned_up", "memory_with_model"


def pages_mb(pid: int) -> float:
    """Memory of a process's own (proc(5)), with the free room between its blocks."""
    text = Path(f"/proc/{pid}/status").read_text()
    kib = next(int(line.split()[1]) for line in text.splitlines() if "RssAnon" in line)
    return kib * 1024 / 1e6


def in_use_mb(count: Path) -> float:
    """What `counted_node` wrote last."""
    return int(count.read_text(encoding="ascii")) / 1e6


class Memory:
    """Memory that is always read in the same state.

    At other times it depends on who listens and on the size of the images: tens of megabytes, in
    which a leak would not show for hours.
    """

    def __init__(self, look: Callable[[], float]) -> None:
        """Begins; `look` gives megabytes."""
        self._look = look
        self._readings: list[float] = []
        self._rests: list[tuple[float, float]] = []

    def read(self) -> None:
        """Reads it; several times at each rest."""
        self._readings.append(self._look())

    def rest(self, at_s: float) -> None:
        """Ends a rest, of which the lowest reading counts: what a frame takes comes and goes."""
        if self._readings:
            self._rests.append((at_s, min(self._readings)))
            self._readings.clear()

    @property
    def last(self) -> str:
        """Of the last rest, in words."""
        return f"{self._rests[-1][1]:.0f} MB" if self._rests else ""

    def report(self, name: str, since_s: float) -> dict[str, Any]:
        """As plain values for JSON, by names that begin with that of the memory."""
        rests = [rest for rest in self._rests if rest[0] >= since_s]
        growth, error = slope(rests)
        return {
            f"{name}_mb": [round(memory_mb, 1) for _, memory_mb in rests],
            f"{name}_slope_mb_per_hour": round(growth, 2),
            f"{name}_slope_error_mb_per_hour": round(error, 2),
        }


class Figures:
    """Samples of the node's process, and the times of the steady camera's frames.

    Attributes:
        in_use: blocks of the heap of the node without a model. What it keeps there is lost to it.
        cleaned_up: all memory of the node's own, without a model.
        with_model: the same with one.
    """

    def __init__(self, pid: int, count: Path, duration_s: float) -> None:
        """Begins.

        Args:
            pid: the node's process.
            count: the file that `counted_node` writes.
            duration_s: how long the soak lasts; a sixth of it, or ten minutes, is a window.
        """
        self._proc = Path(f"/proc/{pid}")
        self._window_s = min(600.0, duration_s / 6.0)
        self._samples: list[tuple[float, float, int, int]] = []
        self.in_use = Memory(partial(in_use_mb, count))
        self.cleaned_up = Memory(partial(pages_mb, pid))
        self.with_model = Memory(partial(pages_mb, pid))
        self._frames: list[tuple[float, float]] = []
        self.recoveries_s: list[float] = []

    def sample(self, at_s: float) -> None:
        """Reads memory, threads and descriptors of the process (proc(5))."""
        pages = int((self._proc / "statm").read_text().split()[1])
        threads = sum(1 for _ in (self._proc / "task").iterdir())
        descriptors = sum(1 for _ in (self._proc / "fd").iterdir())
        self._samples.append((at_s, pages * _PAGE / 1e6, threads, descriptors))

    def frame(self, at_s: float, processing_ms: float) -> None:
        """Takes the time of one of the steady camera's frames."""
        self._frames.append((at_s, processing_ms))

    def report(self, lasted_s: float) -> dict[str, Any]:
        """Everything, as plain values for JSON; times in ms and s, memory in MB of 10^6 bytes.

        Args:
            lasted_s: how long the soak lasted.
        """
        # The first window holds what is allocated once: engines of every model and size.
        late = [sample for sample in self._samples if sample[0] >= self._window_s]
        first = [ms for at_s, ms in self._frames if at_s < self._window_s]
        last = [ms for at_s, ms in self._frames if at_s >= lasted_s - self._window_s]
        report: dict[str, Any] = {
            "steady_frames": len(self._frames),
            "memory_mb": [round(sample[1], 1) for sample in (late[:1] + late[-1:])],
            **self.in_use.report(IN_USE, self._window_s),
            **self.cleaned_up.report(CLEANED_UP, self._window_s),
            **self.with_model.report(WITH_MODEL, self._window_s),
            "threads": [sample[2] for sample in (late[:1] + late[-1:])],
            "descriptors": [sample[3] for sample in (late[:1] + late[-1:])],
            "slowest_recovery_s": round(max(self.recoveries_s, default=0.0), 2),
            "recoveries": len(self.recoveries_s),
        }
        if first and last:
            report["p99_first_ms"] = round(percentile(first, 0.99), 1)
            report["p99_last_ms"] = round(percentile(last, 0.99), 1)
        return report


def slope(rests: list[tuple[float, float]]) -> tuple[float, float]:
    """Least squares through (s, MB): the slope and its standard error, in MB an hour.

    The error holds for readings that scatter independently of each other. Both are 0 for too few.
    """
    if len(rests) < 3:
        return 0.0, 0.0
    hours = np.array([at_s for at_s, _ in rests]) / 3600.0
    memory_mb = np.array([memory_mb for _, memory_mb in rests])
    growth, start = np.polyfit(hours, memory_mb, 1)
    residuals = memory_mb - growth * hours - start
    spread = float(np.sum((hours - hours.mean()) ** 2))
    return float(growth), math.sqrt(float(residuals @ residuals) / (len(rests) - 2) / spread)


def broken_promises(report: dict[str, Any]) -> list[str]:
    """What a report does not keep, in words."""
    broken = []
    for name in (IN_USE, CLEANED_UP, WITH_MODEL):
        growth = report[f"{name}_slope_mb_per_hour"]
        error = report[f"{name}_slope_error_mb_per_hour"]
        # Pages scatter, and what scatters too much to tell is for the reader of the report.
        if growth - (0.0 if name == IN_USE else 2.0 * error) > MOST_SLOPE_MB_PER_HOUR:
            broken.append(f"{name.replace('_', ' ')} grows by {growth} MB an hour")
    if report.get("p99_last_ms", 0.0) > report.get("p99_first_ms", 0.0) * (1.0 + MOST_DRIFT):
        broken.append(f"p99 went from {report['p99_first_ms']} to {report['p99_last_ms']} ms")
    if report["slowest_recovery_s"] > LONGEST_RECOVERY_S:
        broken.append(f"masks were away for {report['slowest_recovery_s']} s")
    if not report["alive"]:
        broken.append("the node ended")
    if report["unanswered"]:
        broken.append(f"{report['unanswered']} calls of services were not answered")
    if report["wrong_masks"]:
        broken.append(f"{report['wrong_masks']} masks were not of their image's size")
    return broken
