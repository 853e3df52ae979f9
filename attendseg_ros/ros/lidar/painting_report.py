# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Why a cloud is not painted, and what /diagnostics says of it while painted ones are wanted."""

from __future__ import annotations

from enum import Enum
from threading import Lock

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from attendseg_ros.errors import AttendSegError
from attendseg_ros.ros.health.input_source import InputSource, judge_source
from attendseg_ros.ros.health.tally import Tally
from attendseg_ros.ros.parameters.settings import Settings


class NotPainted(Enum):
    """Why there is no painted cloud; /diagnostics counts each by this name."""

    UNMATCHED = "no mask within tolerance"
    UNSTAMPED = "stamp not set"
    CLOUD = "cloud of no use"
    POSE = "lidar's pose unknown"
    CAMERA = "camera_info of no use"
    BLIND = "image shows nothing"
    INTERNAL = "processing failed"


class NotPaintedError(AttendSegError):
    """A cloud cannot be painted; the message is one line."""

    def __init__(self, reason: NotPainted, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason


class PaintingReport:
    """Counts what became of clouds; any thread may."""

    def __init__(self, name: str) -> None:
        """Begins with nothing counted; the name is that of the status."""
        self._name = name
        self._lock = Lock()
        self._received = 0
        self._painted: Tally[NotPainted] = Tally()
        self._doubt = ""

    def record_cloud(self) -> None:
        """Counts a cloud that came in."""
        with self._lock:
            self._received += 1

    def record_published(self, doubt: str = "") -> None:
        """Counts a painted cloud that went out, with what makes it doubtful; empty if nothing."""
        with self._lock:
            self._doubt = doubt
        self._painted.succeed()

    def record_failure(self, reason: NotPainted) -> None:
        """Counts a cloud that is not painted."""
        self._painted.fail(reason)

    def status(self, source: InputSource, settings: Settings) -> DiagnosticStatus:
        """The status of what came and failed since the last call."""
        with self._lock:
            received, doubt = self._received, self._doubt
        painted = self._painted.look()
        level, findings = judge_source(
            "no cloud on", source, "clouds not painted", painted, doubt, settings
        )
        fine = f"{painted.succeeded} clouds from {source.topic} painted"
        values = {
            "topic": source.topic,
            "publishers": source.publishers,
            "clouds received": received,
            "clouds painted": painted.succeeded,
            "clouds dropped": source.clouds_dropped,
            "clouds not painted": painted.failed.total(),
            **{
                f"clouds not painted: {reason.value}": painted.failed[reason]
                for reason in NotPainted
            },
        }
        return DiagnosticStatus(
            name=self._name,
            level=level,
            message="; ".join(findings) or fine,
            values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
        )
