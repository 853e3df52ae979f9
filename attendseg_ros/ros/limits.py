# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What comes and goes, held against the limits of the parameters."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

from diagnostic_msgs.msg import DiagnosticStatus

from attendseg_ros.ros.settings import Settings
from attendseg_ros.ros.timing import percentile

WARN, ERROR = DiagnosticStatus.WARN, DiagnosticStatus.ERROR

_LONG_S = 1.0
"""A frame in hand for longer is worth a word."""

Finding = tuple[bytes, str]
"""A level and what is the matter."""


@dataclass(frozen=True)
class Verdict:
    """The level that a value comes to, and the limit that it is beyond."""

    level: bytes | None
    limit: float

    def pick(self, text: str, more: str = "") -> list[Finding]:
        """The finding, if there is one: the text, the limit and what more there is to say."""
        if self.level is None:
            return []
        return [(self.level, f"{text} (limit {abs(self.limit):g}){more}")]


def judge(value: float, warn: float, error: float) -> Verdict:
    """Holds a value against two limits, of which 0 is off; NaN is within every limit."""
    if error and value > error:
        return Verdict(ERROR, error)
    if warn and value > warn:
        return Verdict(WARN, warn)
    return Verdict(None, 0.0)


def judge_silence(
    age_s: float, settings: Settings, image_age_s: float, busy_s: float
) -> list[Finding]:
    """That no mask has come for too long while one was wanted.

    Args:
        age_s: of the last mask; NaN where none is wanted.
        settings: hold the limits.
        image_age_s: of the last image; NaN where there was none.
        busy_s: how long a frame has been in hand.
    """
    # With a limit on the rate as long must pass between two masks.
    pause_s = 1.0 / settings.max_rate_hz if settings.max_rate_hz else 0.0
    warn, error = (
        limit and limit + pause_s for limit in (settings.max_age_warn_s, settings.max_age_error_s)
    )
    came = "none has come" if isnan(image_age_s) else f"the last came {image_age_s:.1f} s ago"
    in_hand = f", and one has been in hand for {busy_s:.1f} s" if busy_s > _LONG_S else ""
    return judge(age_s, warn, error).pick(
        f"no mask for {age_s:.1f} s", f"; of the images {came}{in_hand}"
    )


def judge_pace(
    rate_hz: float, latency_ms: list[float], processing_ms: list[float], settings: Settings
) -> list[Finding]:
    """Rate and latency outside their limits, or not known where there are limits.

    Args:
        rate_hz: of the masks; NaN where it is not known.
        latency_ms: of the last masks; none where it is not known.
        processing_ms: what the node itself took for them.
        settings: hold the limits.
    """
    rates = (settings.min_rate_warn_hz, settings.min_rate_error_hz)
    latencies = (settings.max_latency_warn_ms, settings.max_latency_error_ms)
    # A camera that stamps nothing gives no latency; what the node itself takes is the rest.
    slowest = percentile(latency_ms or processing_ms, 0.95)
    findings = judge(-rate_hz, -rates[0], -rates[1]).pick(f"only {rate_hz:.1f} masks a second")
    findings += judge(slowest, *latencies).pick(f"p95 of camera to mask is {slowest:.1f} ms")
    if isnan(rate_hz) and any(rates):
        findings.append((WARN, f"masks a second unknown (limit {max(rates):g})"))
    if not latency_ms and any(latencies):
        limit = min(filter(None, latencies))
        findings.append((WARN, f"p95 of camera to mask unknown (limit {limit:g})"))
    return findings
