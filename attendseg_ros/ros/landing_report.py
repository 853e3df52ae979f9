# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What /diagnostics says of the landing zone while somebody wants it."""

from __future__ import annotations

from collections import Counter
from threading import Lock

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from attendseg_ros.ros.no_points import NoPoints

DEFECTS = {
    NoPoints.ENCODING: "without depth",
    NoPoints.MALFORMED: "without depth",
    NoPoints.SIZE: "without depth",
    NoPoints.NO_CAMERA_INFO: "in pixels only",
    NoPoints.NO_INTRINSICS: "in pixels only",
    NoPoints.CAMERA_INFO_SIZE: "in pixels only",
}
"""What may be wrong with depth and camera_info, and what a landing zone is then."""


class LandingReport:
    """Counts frames by what was found in them and by what was missing; any thread may."""

    def __init__(self, name: str) -> None:
        """Begins with nothing counted; the name is that of the status."""
        self._name = name
        self._lock = Lock()
        self._found = 0
        self._searched = 0
        self._in_view = False
        self._defects: Counter[NoPoints] = Counter()
        self._reported: Counter[NoPoints] = Counter()

    def note_frame(self, found: bool) -> None:
        """Counts a frame that was searched."""
        with self._lock:
            self._searched += 1
            self._found += found
            self._in_view = found

    def note_defect(self, reason: NoPoints) -> None:
        """Counts a frame whose depth or camera_info is of no use."""
        with self._lock:
            self._defects[reason] += 1

    def status(self) -> DiagnosticStatus:
        """The status of what was found and missing since the last call."""
        with self._lock:
            defects = Counter(self._defects)
            searched, found, in_view = self._searched, self._found, self._in_view
        fresh = defects - self._reported
        self._reported = defects
        findings = [
            f"{count} landing zones {DEFECTS[reason]}: {reason.value}"
            for reason, count in fresh.items()
        ]
        values = {
            "frames searched": searched,
            "frames with a landing zone": found,
            **{f"{what}: {reason.value}": defects[reason] for reason, what in DEFECTS.items()},
        }
        return DiagnosticStatus(
            name=self._name,
            level=DiagnosticStatus.WARN if findings else DiagnosticStatus.OK,
            message="; ".join(findings)
            or ("a landing zone is in view" if in_view else "no landing zone in view"),
            values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
        )
