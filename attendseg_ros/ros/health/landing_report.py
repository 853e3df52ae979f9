# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What /diagnostics says of the landing zone while somebody wants it."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from threading import Lock

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from attendseg_ros.ros.depth.depth_errors import OF_POINTS_ONLY, DepthFault

REASONS = tuple(reason for reason in DepthFault if reason not in OF_POINTS_ONLY)
"""Why a frame may have no metres."""


class WithoutMetres(Enum):
    """What becomes of a frame whose metres are not known."""

    REFUSED = "refused because metres are unknown"
    PIXELS = "in pixels only"


class LandingReport:
    """Counts frames by what was found in them and by what was missing; any thread may."""

    def __init__(self, name: str) -> None:
        """Begins with nothing counted; the name is that of the status."""
        self._name = name
        self._lock = Lock()
        self._found = 0
        self._searched = 0
        self._in_view = False
        self._defect: tuple[WithoutMetres, DepthFault] | None = None
        self._last: tuple[WithoutMetres, DepthFault] | None = None
        self._defects: Counter[tuple[WithoutMetres, DepthFault]] = Counter()
        self._reported: Counter[tuple[WithoutMetres, DepthFault]] = Counter()

    def record_frame(self, found: bool) -> None:
        """Counts a frame that was searched, after its defect, if it has one."""
        with self._lock:
            self._last, self._defect = self._defect, None
            self._searched += 1
            self._found += found
            self._in_view = found

    def record_defect(self, outcome: WithoutMetres, reason: DepthFault) -> None:
        """Counts a frame whose metres are not known; `record_frame` follows."""
        with self._lock:
            self._defect = outcome, reason
            self._defects[outcome, reason] += 1

    def status(self) -> DiagnosticStatus:
        """The status of what was found and missing since the last call."""
        with self._lock:
            defects = Counter(self._defects)
            searched, found, in_view = self._searched, self._found, self._in_view
            last = self._last
        fresh = defects - self._reported
        self._reported = defects
        findings = [
            f"{count} landing zones {outcome.value}: {reason.value}"
            for (outcome, reason), count in fresh.items()
        ]
        if last is not None and not findings:
            # A camera may be slower than the reports, and what was wrong is not over in between.
            findings = [f"the last landing zone is {last[0].value}: {last[1].value}"]
        values = {
            "frames searched": searched,
            "frames with a landing zone": found,
            **{
                f"{outcome.value}: {reason.value}": defects[outcome, reason]
                for outcome in WithoutMetres
                for reason in REASONS
            },
        }
        return DiagnosticStatus(
            name=self._name,
            level=DiagnosticStatus.WARN if findings else DiagnosticStatus.OK,
            message="; ".join(findings)
            or ("a landing zone is in view" if in_view else "no landing zone in view"),
            values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
        )
