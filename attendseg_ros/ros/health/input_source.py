# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What /diagnostics says of an input beside the images, depth or a lidar's clouds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from diagnostic_msgs.msg import DiagnosticStatus

from attendseg_ros.ros.camera.publisher_lookup import PublisherLookup
from attendseg_ros.ros.health.tally import Tallied
from attendseg_ros.ros.parameters.settings import Settings

Cause = TypeVar("Cause", bound=Enum)


@dataclass(frozen=True)
class InputSource:
    """What the report of an input must know besides its own counts."""

    topic: str
    silence_s: float
    publishers: str
    clouds_dropped: int

    @classmethod
    def of(cls, publishers: PublisherLookup, clouds_dropped: int) -> InputSource:
        """What holds at this moment for a subscription that is watched."""
        silence_s = publishers.silence_s()
        return cls(publishers.topic, silence_s, publishers.for_report(silence_s), clouds_dropped)


def judge_source(
    missing: str,
    source: InputSource,
    without: str,
    tallied: Tallied[Cause],
    doubt: str,
    settings: Settings,
) -> tuple[bytes, list[str]]:
    """The level of an input's status, and what is wrong in words.

    Args:
        missing: what is said of silence, up to the topic.
        source: where it comes from.
        without: what the failures are, in words.
        tallied: what came out of it since the last report.
        doubt: what makes the last that came out doubtful, in words; empty if nothing.
        settings: the limits of silence.
    """
    level, findings = DiagnosticStatus.OK, []
    silent = f"{missing} {source.topic} for {source.silence_s:.1f} s: {source.publishers}"
    if 0.0 < settings.max_age_error_s < source.silence_s:
        level, findings = DiagnosticStatus.ERROR, [silent]
    elif 0.0 < settings.max_age_warn_s < source.silence_s:
        level, findings = DiagnosticStatus.WARN, [silent]
    if tallied.fresh or tallied.last is not None:
        level = max(level, DiagnosticStatus.WARN)
        reasons = ", ".join(f"{count} {reason.value}" for reason, count in tallied.fresh.items())
        if tallied.last is not None and not tallied.fresh:
            reasons = f"the last, {tallied.last.value}"
        findings.append(f"{without}: {reasons}")
    if doubt:
        level = max(level, DiagnosticStatus.WARN)
        findings.append(doubt)
    return level, findings
