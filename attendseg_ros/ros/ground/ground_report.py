# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Why a mask gave no ground map, what /diagnostics says of it, and the error that carries it."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from threading import Lock

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from attendseg_ros.errors import AttendSegError


class NoGround(Enum):
    """Why a mask has no place in metres; /diagnostics counts each by this name."""

    NO_POSE = "camera's pose unknown"
    NO_FRAME = "image without a frame_id"
    NO_TRANSFORM = "no transform"
    LATE = "transform of another moment"
    JUMP = "transform jumps"
    NOT_IN_VIEW = "no ground in view"
    NO_CLASSES = "no class says what is free or occupied"
    CAMERA = "camera_info of no use"
    INTERNAL = "processing failed"


class NoGroundError(AttendSegError):
    """The ground cannot be mapped; the message is one line."""

    def __init__(self, reason: NoGround, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason


class GroundReport:
    """Counts maps and the masks that gave none; any thread may."""

    def __init__(self, name: str) -> None:
        """Begins with nothing counted; the name is that of the status."""
        self._name = name
        self._lock = Lock()
        self._published = 0
        self._failed: Counter[NoGround] = Counter()
        self._reported: Counter[NoGround] = Counter()
        self._view = "none yet"
        self._last: NoGround | None = None

    def record_published(self, view: str) -> None:
        """Counts a map that went out; the view says in words from where the ground is seen."""
        with self._lock:
            self._published += 1
            self._view, self._last = view, None

    def record_failure(self, reason: NoGround) -> None:
        """Counts a mask without a map."""
        with self._lock:
            self._failed[reason] += 1
            self._last = reason

    def status(self) -> DiagnosticStatus:
        """The status of what was published and what failed since the last call."""
        with self._lock:
            failed, published, view = Counter(self._failed), self._published, self._view
            last = self._last
        fresh = failed - self._reported
        self._reported = failed
        findings = [
            f"{count} masks without a map: {reason.value}" for reason, count in fresh.items()
        ]
        if last is not None and not findings:
            # A camera may be slower than the reports, and what was wrong is not over in between.
            findings = [f"the last mask is without a map: {last.value}"]
        values = {
            "maps published": published,
            "view": view,
            "masks without a map": sum(failed.values()),
            **{f"masks without a map: {reason.value}": failed[reason] for reason in NoGround},
        }
        return DiagnosticStatus(
            name=self._name,
            level=DiagnosticStatus.WARN if findings else DiagnosticStatus.OK,
            message="; ".join(findings) or f"{published} maps published",
            values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
        )
