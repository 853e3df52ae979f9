# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Why a mask gave no ground map, what /diagnostics says of it, and the error that carries it."""

from __future__ import annotations

from enum import Enum

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from attendseg_ros.errors import AttendSegError
from attendseg_ros.ros.health.tally import Tally


class NoGround(Enum):
    """Why a mask has no place in metres; /diagnostics counts each by this name."""

    NO_POSE = "camera's pose unknown"
    NO_FRAME = "image without a frame_id"
    NO_TRANSFORM = "no transform"
    LATE = "transform of another moment"
    JUMP = "transform jumps"
    STAYS_BEHIND = "ground_frame not the robot's"
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
        self.name = name
        self._doubt = ""
        self._maps: Tally[NoGround] = Tally()
        self._view = "none yet"

    def record_published(self, view: str, doubt: str = "") -> None:
        """Counts a map that went out.

        Args:
            view: from where the ground is seen, in words.
            doubt: what is wrong with it, in words; empty if nothing.
        """
        self._view, self._doubt = view, doubt
        self._maps.succeed()

    def record_failure(self, reason: NoGround) -> None:
        """Counts a mask without a map."""
        self._maps.fail(reason)

    def status(self) -> DiagnosticStatus:
        """The status of what was published and what failed since the last call."""
        maps = self._maps.look()
        findings = [
            f"{count} masks without a map: {reason.value}" for reason, count in maps.fresh.items()
        ]
        if maps.last is not None and not findings:
            findings = [f"the last mask is without a map: {maps.last.value}"]
        if self._doubt:
            findings.append(self._doubt)
        values = {
            "maps published": maps.succeeded,
            "view": self._view,
            "masks without a map": maps.failed.total(),
            **{f"masks without a map: {reason.value}": maps.failed[reason] for reason in NoGround},
        }
        return DiagnosticStatus(
            name=self.name,
            level=DiagnosticStatus.WARN if findings else DiagnosticStatus.OK,
            message="; ".join(findings) or f"{maps.succeeded} maps published",
            values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
        )
