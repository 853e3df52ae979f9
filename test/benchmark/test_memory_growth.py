# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The measurement of the memory: a real node, as many frames as were asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def growth(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmark.memory_growth", *arguments],
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=200,
    )


def test_prints_the_memory_at_each_look(tiny: Path, repository: Path) -> None:
    done = growth(
        repository,
        *("--model", str(tiny), "--engine", "onnxruntime", "--frames", "90", "--looks", "3"),
    )
    assert done.returncode == 0, done.stderr
    *_, first, second, third, verdict = done.stdout.splitlines()
    rows = [row.strip("| ").split(" | ") for row in (first, second, third)]
    assert [int(count) for count, _ in rows] == [30, 60, 90]
    megabytes = [float(value) for _, value in rows]
    # Python with ROS, numpy and an engine is never smaller.
    assert min(megabytes) > 50
    assert verdict == f"from frame 30 to frame 90: {megabytes[2] - megabytes[0]:+.1f} MB"


def test_a_node_that_cannot_start_ends_it_with_one_line(tmp_path: Path, repository: Path) -> None:
    done = growth(repository, "--model", str(tmp_path / "missing"), "--frames", "9", "--looks", "3")
    assert done.returncode == 1
    assert "segmentation_node ended early" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
