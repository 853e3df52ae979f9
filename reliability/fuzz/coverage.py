# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One process of libFuzzer at one door: started by `python -m reliability.fuzz`.

    python -m reliability.fuzz.coverage DOOR CASES SEED CORPUS FINDINGS REPORT

atheris follows which lines of the package each input reaches, and keeps those that reach new ones.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["attendseg_ros"]):
    from attendseg_ros.files import write_atomically
    from reliability.fuzz.doors import DOORS, Visitor

SLOWEST_S = 1.0
"""Processor time, which a busy machine does not lengthen."""

MOST_GROWTH_MB = 64
_PAGE_MB = 4096 / 2**20


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_MB


class _Run:
    """Counts what libFuzzer sends, and writes the report with the last case."""

    def __init__(self, door: str, cases: int, report: Path) -> None:
        self._visitor = Visitor(door)
        self._cases = cases
        self._report = report
        self._count = self._taken = 0
        self._slowest_s = 0.0
        self._early_mb = 0.0

    def __call__(self, data: bytes) -> None:
        self._count += 1
        start = time.process_time()
        self._taken += self._visitor.enter(data)
        took = time.process_time() - start
        self._slowest_s = max(self._slowest_s, took)
        assert took < SLOWEST_S, f"{took:.1f} s for {len(data)} bytes"
        if self._count == max(1, self._cases // 5):
            self._early_mb = _resident_mb()
        if self._count % 5000 == 0 or self._count >= self._cases:
            self._write()

    def _write(self) -> None:
        growth = _resident_mb() - self._early_mb if self._early_mb else 0.0
        figures = {
            "cases": self._count,
            "taken": self._taken,
            "slowest_s": round(self._slowest_s, 3),
            "growth_mb": round(growth, 1),
        }
        write_atomically(self._report, json.dumps(figures).encode())
        assert growth < MOST_GROWTH_MB, f"{growth:.0f} MB more than early in the run"


def main() -> None:
    """Runs libFuzzer, which ends the process: 0 for nothing found."""
    door, cases, seed, corpus, findings, report = sys.argv[1:]
    folder = Path(corpus)
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(DOORS[door].seeds()):
        (folder / f"seed_{number}").write_bytes(data)
    options = [
        f"-runs={cases}",
        f"-seed={seed}",
        f"-artifact_prefix={findings}/{door}_",
        "-timeout=60",
        "-rss_limit_mb=3000",
        "-max_len=65536",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *options, corpus], _Run(door, int(cases), Path(report)))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
