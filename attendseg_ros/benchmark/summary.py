# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Many measurements in a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attendseg_ros.percentiles import percentile


def summary(values: Sequence[float]) -> dict[str, Any]:
    """Count, median, p95, p99 and the extremes, rounded to a microsecond where in milliseconds.

    The numbers are None where nothing was measured: a gap must not pass for a fast result.
    """
    numbers: dict[str, Any] = {"n": len(values)}
    shares = {"min": 0.0, "p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    for name, share in shares.items():
        numbers[name] = round(percentile(values, share), 3) if values else None
    return numbers
