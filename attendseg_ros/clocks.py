# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a stamp can be of the clock it is compared with, and how far two clocks are apart."""

from __future__ import annotations

from math import nan

NANOSECONDS = 1_000_000_000
NANOSECONDS_PER_MS = 1_000_000

SYNC_ERROR_NS = 10_000_000
"""Clocks kept together by NTP or PTP are closer: a stamp further ahead is of another clock."""

LONGEST_LATENCY_NS = 10 * NANOSECONDS
"""No image is older when it comes. Network cameras take up to 5 s, and the time scales that clocks
are set to by mistake are further apart: GPS is 18 s and TAI 37 s ahead of UTC."""

_UPTIME_NS = 3 * 365 * 86_400 * NANOSECONDS
_LEAST_ZONE_NS = 1_800 * NANOSECONDS
_LARGEST_ZONE_NS = 14 * 3_600 * NANOSECONDS
_ZONE_STEP_NS = 900 * NANOSECONDS
_DAY_NS = 86_400 * NANOSECONDS

_UNITS = (
    (2 * 365.25 * 86_400, 365.25 * 86_400, "years"),
    (2 * 86_400, 86_400, "days"),
    (3_600, 3_600, "h"),
    (120, 60, "min"),
    (1, 1, "s"),
)


def is_age(age_ns: int, sync_error_ns: int = SYNC_ERROR_NS) -> bool:
    """Whether a stamp can be that much older than now.

    Args:
        age_ns: now less the stamp.
        sync_error_ns: how far ahead of now a stamp may be all the same.
    """
    return -sync_error_ns <= age_ns <= LONGEST_LATENCY_NS


def latency_ms(stamp_ns: int, now_ns: int) -> float:
    """Milliseconds from a stamp to now; NaN when it is not set, ahead, or of another clock."""
    age_ns = now_ns - stamp_ns
    if stamp_ns <= 0 or age_ns < 0 or not is_age(age_ns):
        return nan
    return age_ns / 1e6


def offset_in_words(offset_ns: int) -> str:
    """A stamp less now, with sign and unit: "+37.0 s", "-2.00 h", "-55.7 years"."""
    seconds = abs(offset_ns) / NANOSECONDS
    sign = "-" if offset_ns < 0 else "+"
    for least, unit_s, unit in _UNITS:
        if seconds >= least:
            digits = 2 if unit == "h" else 1
            return f"{sign}{seconds / unit_s:.{digits}f} {unit}"
    return f"{sign}{seconds * 1e3:.0f} ms"


def likely_cause(stamp_ns: int, offset_ns: int) -> str:
    """What makes stamps be off by so much, and what would be right.

    Args:
        stamp_ns: one of them.
        offset_ns: the stamp less now.
    """
    apart_ns = abs(offset_ns)
    if stamp_ns < _UPTIME_NS:
        return "they count from the start of a machine or simulator, not from 1970 (use_sim_time)"
    for seconds, scale in ((37, "TAI"), (18, "GPS time")):
        if abs(apart_ns - seconds * NANOSECONDS) < NANOSECONDS:
            return f"as {scale} is from UTC: let the camera's PTP clock announce its UTC offset"
    from_zone_ns = abs(apart_ns - _ZONE_STEP_NS * round(apart_ns / _ZONE_STEP_NS))
    if _LEAST_ZONE_NS <= apart_ns <= _LARGEST_ZONE_NS and from_zone_ns < 60 * NANOSECONDS:
        return "as a time zone is: one of the clocks is set to local time"
    if offset_ns < -_DAY_NS:
        return "a bag played without use_sim_time, or a clock that was never set"
    return "synchronise the clocks of camera and node (NTP or PTP), or set use_sim_time"
