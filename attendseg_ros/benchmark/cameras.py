# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Several cameras on one node: their names, the time that all sent, how fair their shares were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from attendseg_ros.benchmark.accounting import Recording
from attendseg_ros.errors import BenchmarkError


def names_of(count: int) -> tuple[str, ...]:
    """The names of so many cameras; a single one has none, as on a robot."""
    return ("",) if count == 1 else tuple(f"camera{number}" for number in range(1, count + 1))


def of_common_time(recordings: Sequence[Recording]) -> list[Recording]:
    """The recordings, measured only while every camera sent: who is alone has no one to share with.

    Raises:
        BenchmarkError: there is no such time.
    """
    start = max(one.measured_from for one in recordings)
    end = min(one.measured_to for one in recordings)
    if start >= end:
        raise BenchmarkError("the cameras did not send at the same time: measure for longer")
    return [replace(one, measured_from=start, measured_to=end) for one in recordings]


def jain(shares: Sequence[float]) -> float | None:
    """Jain's fairness index, (sum x)^2 / (n sum x^2); None where nobody got anything.

    1 where all get the same, 1/n where one gets everything (Jain, Chiu and Hawe: A quantitative
    measure of fairness and discrimination for resource allocation in shared computer systems,
    DEC-TR-301, 1984).
    """
    squares = sum(share * share for share in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else None


def fairness(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the cameras of one scenario got together, and how evenly.

    Args:
        rows: the results of its cameras.
    """
    rates = [row["mask_hz"] or 0.0 for row in rows]
    index = jain(rates)
    return {
        **{key: rows[0][key] for key in ("cameras", "transport", "size", "rate_hz")},
        "mask_hz": round(sum(rates), 2),
        "jain": None if index is None else round(index, 4),
        "node_mb": rows[0]["memory_mb"]["node"]["resident"],
    }
