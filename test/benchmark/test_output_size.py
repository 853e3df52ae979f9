# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The table of output sizes: the work after the network falls with the size."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmark.output_size import FRAMINGS


def test_costs_fall_with_the_size(tiny: Path, repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmark.output_size", "--model", str(tiny), "--images", "9"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
        timeout=200,
    )
    rows = [line.strip("| ").split(" | ") for line in done.stdout.splitlines()[-len(FRAMINGS) :]]
    after = {name: float(total) for name, *_, total in rows}
    assert set(after) == set(FRAMINGS)
    # A hundredth of the pixels; what else runs here meets all sizes alike.
    assert after["160x90"] < after["1920x1080, the image's"] / 2
