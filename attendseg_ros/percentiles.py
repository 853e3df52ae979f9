# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The one definition of a percentile, for the node, the command and every report."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, nan


def percentile(values: Sequence[float], share: float) -> float:
    """Returns the nearest-rank percentile: a value that was measured, none in between.

    NIST/SEMATECH e-Handbook of Statistical Methods 7.2.6.2, without interpolation.

    Args:
        values: in any order.
        share: from 0 to 1; 0.95 gives the p95.

    Returns:
        NaN of no values: a gap must not pass for a fast result.
    """
    if not values:
        return nan
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]
