# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What /diagnostics says of depth while points are wanted."""

from __future__ import annotations

from math import isnan
from threading import Lock

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from attendseg_ros.ros.depth.depth_errors import OF_LANDING_ONLY, DepthFault
from attendseg_ros.ros.health.input_source import InputSource, judge_source
from attendseg_ros.ros.health.tally import Tally
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.streaming.timing import RateWindow

REASONS = tuple(reason for reason in DepthFault if reason not in OF_LANDING_ONLY)
"""Why an image may have no points."""


class PointsReport:
    """Counts what became of depth and of the images that wanted it; any thread may."""

    def __init__(self, name: str) -> None:
        """Begins with nothing counted; the name is that of the status."""
        self._name = name
        self._lock = Lock()
        self._received = 0
        self._doubt = ""
        self._clouds: Tally[DepthFault] = Tally()
        self._times = RateWindow()
        self._offset_ns: int | None = None

    def record_depth(self) -> None:
        """Counts a depth that came in."""
        with self._lock:
            self._received += 1

    def record_published(self, now_ns: int, doubt: str) -> None:
        """Counts a cloud that went out, with what makes it doubtful, in words; empty if nothing."""
        with self._lock:
            self._doubt = doubt
        self._clouds.succeed()
        self._times.add(now_ns)

    def record_failure(self, reason: DepthFault) -> None:
        """Counts an image that gets no points."""
        self._clouds.fail(reason)

    def record_unmatched(self, offset_ns: int | None) -> None:
        """Counts an image without depth, and remembers how far off the nearest one was."""
        self.record_failure(DepthFault.UNMATCHED)
        with self._lock:
            self._offset_ns = offset_ns

    def status(self, source: InputSource, settings: Settings, now_ns: int) -> DiagnosticStatus:
        """The status of what came and failed since the last call."""
        with self._lock:
            received, doubt, offset_ns = self._received, self._doubt, self._offset_ns
        clouds = self._clouds.look()
        rate = self._times.rate_hz(now_ns)
        level, findings = judge_source(
            "no depth on", source, "images without points", clouds, doubt, settings
        )
        fine = f"{_number(rate)} clouds a second with depth from {source.topic}"
        values = {
            "topic": source.topic,
            "publishers": source.publishers,
            "depths received": received,
            "clouds published": clouds.succeeded,
            "clouds dropped": source.clouds_dropped,
            "rate (Hz)": _number(rate),
            "images without points": clouds.failed.total(),
            **{
                f"images without points: {reason.value}": clouds.failed[reason]
                for reason in REASONS
            },
            "offset of last unmatched depth (ms)": "none"
            if offset_ns is None
            else f"{offset_ns / 1e6:.1f}",
        }
        return DiagnosticStatus(
            name=self._name,
            level=level,
            message="; ".join(findings) or fine,
            values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
        )


def _number(value: float) -> str:
    return "unknown" if isnan(value) else f"{value:.2f}"
