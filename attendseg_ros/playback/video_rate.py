# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The rate of a video, which its header gives for even frames only."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

FALLBACK_RATE_HZ = 25.0
"""For a file that states no usable rate, of which not two frames have a time."""

_RATES_HZ = (0.1, 1000.0)

# Of an interval: what times in whole milliseconds or ticks are off.
_EVEN = 0.2


def rate_of(times_ms: Sequence[float], stated_hz: float) -> tuple[float, bool]:
    """The rate of a video by the times of its first frames, and whether they come evenly.

    Args:
        times_ms: the times.
        stated_hz: the rate in the header: exact for even frames, and some mean for others.
    """
    gaps_ms = [later - earlier for earlier, later in pairwise(times_ms) if later > earlier]
    usual_ms = median(gaps_ms) if gaps_ms else 0.0
    lowest, highest = _RATES_HZ
    is_usable = lowest <= stated_hz <= highest
    if not usual_ms or not lowest <= 1000.0 / usual_ms <= highest:
        return (stated_hz if is_usable else FALLBACK_RATE_HZ), True
    is_even = all(abs(gap - usual_ms) <= max(_EVEN * usual_ms, 2.0) for gap in gaps_ms)
    measured_hz = (len(gaps_ms) * 1000.0 / sum(gaps_ms)) if is_even else 1000.0 / usual_ms
    if is_even and is_usable and abs(stated_hz - measured_hz) <= _EVEN * measured_hz:
        return stated_hz, True
    return measured_hz, is_even
