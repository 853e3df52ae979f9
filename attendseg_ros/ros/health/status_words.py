# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Findings and values to a status of /diagnostics, and how numbers are written there.

`diagnostic_updater` is not used: its frequency and time-stamp tasks do not follow `/clock`, so they
are wrong under `use_sim_time`; here every time comes from the node's own clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from attendseg_ros.ros.health.limits import Finding


def status_of(
    name: str, findings: list[Finding], fine: str, values: Mapping[str, object]
) -> DiagnosticStatus:
    """Builds a status.

    Args:
        name: of the status.
        findings: what is to be said; the worst comes first and gives the level.
        fine: what is said where nothing is found.
        values: shown beside it.
    """
    worst_first = sorted(findings, key=lambda finding: finding[0], reverse=True)
    return DiagnosticStatus(
        name=name,
        level=worst_first[0][0] if worst_first else DiagnosticStatus.OK,
        message="; ".join(text for _, text in worst_first) or fine,
        values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
    )


def frames(count: int) -> str:
    """How many frames, in words."""
    return "a frame" if count == 1 else f"{count} frames"


def times(count: int) -> str:
    """How often, in words."""
    return "once" if count == 1 else f"{count} times"


def number(value: float) -> str:
    """A number as a value of a status; NaN is unknown."""
    return "unknown" if isnan(value) else f"{value:.2f}"
