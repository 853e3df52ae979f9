# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A percentile is a value that was measured, and there is one function for it."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from attendseg_ros.percentiles import percentile

_OWN = re.compile(r"\.percentile\(|\.quantiles?\(|def percentile|sorted\([^\n]*\)\[int\(")


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([7.0], 0.5, 7.0),
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        ([4.0, 3.0, 2.0, 1.0], 0.5, 2.0),
        (list(range(1, 101)), 0.95, 95),
        (list(range(1, 101)), 0.951, 96),
        (list(range(1, 101)), 0.99, 99),
        (list(range(1, 101)), 1.0, 100),
        (list(range(1, 101)), 0.0, 1),
        (list(range(1, 21)), 0.99, 20),
    ],
)
def test_percentiles_are_values_that_were_measured(
    values: list[float], share: float, expected: float
) -> None:
    assert percentile(values, share) == expected


def test_no_values_have_no_percentile() -> None:
    assert math.isnan(percentile([], 0.5))


def test_nobody_computes_percentiles_in_another_way(repository: Path) -> None:
    folders = ("attendseg_ros", "benchmark", "demo", "reliability", "test/support")
    files = [path for folder in folders for path in (repository / folder).rglob("*.py")]
    assert len(files) > 200
    found = [path.name for path in files if _OWN.search(path.read_text(encoding="utf-8"))]
    assert found == ["percentiles.py"]
