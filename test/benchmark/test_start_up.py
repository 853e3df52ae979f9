# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The measurement of the start: a real node, a real camera, and a mask that came."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_prints_how_soon_the_first_mask_came(tiny: Path, repository: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmark.start_up"),
            *("--model", str(tiny), "--engines", "onnxruntime", "--runs", "2"),
        ],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
        timeout=200,
    )
    rows = [line.strip("| ").split(" | ") for line in done.stdout.splitlines()[-2:]]
    assert [row[:2] for row in rows] == [
        ["onnxruntime", "first on a machine"],
        ["onnxruntime", "later"],
    ]
    for *_, median, slowest, starts in rows:
        assert starts == "2"
        # No interpreter with ROS is up in less.
        assert 0.1 < float(median) <= float(slowest)
