# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The table of painting: every scan, image and lens, with what was seen of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmark.painting import LENSES, SIZES, SPREADS_DEG


def test_prints_what_a_cloud_costs(repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmark.painting", "--clouds", "1"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
        timeout=200,
    )
    assert "131072 points of 48 bytes" in done.stdout
    count = len(LENSES) * len(SIZES) * len(SPREADS_DEG)
    rows = [line.strip("| ").split(" | ") for line in done.stdout.splitlines()[-count:]]
    for where, *_, share, fastest, median, slow, copies in rows:
        low, high = (10.0, 25.0) if where == "all around" else (85.0, 100.0)
        assert low < float(share.rstrip("%")) <= high
        assert 0.0 < float(fastest) <= float(median) <= float(slow)
        assert float(copies) > 1.0
