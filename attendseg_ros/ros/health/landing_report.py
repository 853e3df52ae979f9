# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What /diagnostics says of the landing zone while somebody wants it."""

from __future__ import annotations

from enum import Enum
from threading import Lock

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from attendseg_ros.ros.depth.depth_errors import OF_POINTS_ONLY, DepthFault
from attendseg_ros.ros.health.tally import Tally

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
        self._metres: Tally[tuple[WithoutMetres, DepthFault]] = Tally()

    def record_frame(self, found: bool) -> None:
        """Counts a frame that was searched, after its defect, if it has one."""
        with self._lock:
            defect, self._defect = self._defect, None
            self._searched += 1
            self._found += found
            self._in_view = found
        if defect is None:
            self._metres.succeed()
        else:
            self._metres.fail(defect)

    def record_defect(self, outcome: WithoutMetres, reason: DepthFault) -> None:
        """Counts a frame whose metres are not known; `record_frame` follows."""
        with self._lock:
            self._defect = outcome, reason

    def status(self) -> DiagnosticStatus:
        """The status of what was found and missing since the last call."""
        with self._lock:
            searched, found, in_view = self._searched, self._found, self._in_view
        metres = self._metres.look()
        findings = [
            f"{count} landing zones {outcome.value}: {reason.value}"
            for (outcome, reason), count in metres.fresh.items()
        ]
        if metres.last is not None and not findings:
            outcome, reason = metres.last
            findings = [f"the last landing zone is {outcome.value}: {reason.value}"]
        values = {
            "frames searched": searched,
            "frames with a landing zone": found,
            **{
                f"{outcome.value}: {reason.value}": metres.failed[outcome, reason]
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
