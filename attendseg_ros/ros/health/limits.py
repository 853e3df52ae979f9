# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What comes and goes, held against the limits of the parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from diagnostic_msgs.msg import DiagnosticStatus

from attendseg_ros.percentiles import percentile
from attendseg_ros.ros.health.foreign_watch import in_words
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.streaming.size_policy import CAMERA_TO_MASK, RECEIPT_TO_MASK

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


def judge_repeats(topic: str, repeated_s: float, settings: Settings) -> list[Finding]:
    """That the images of a camera are one and the same: it looks as well as one that sees.

    Args:
        topic: of the images.
        repeated_s: for how long the last has been sent again and again.
        settings: hold the limits.
    """
    return judge(repeated_s, settings.max_age_warn_s, settings.max_age_error_s).pick(
        f"no new image on {topic} for {repeated_s:.1f} s",
        ": the last one comes again and again, of one stamp: does the camera stand still?",
    )


def judge_pictures(topic: str, still_s: float, settings: Settings) -> list[Finding]:
    """That the images of a camera are the same to the last bit, whatever their stamps say.

    Never more than a warning: somebody may show it a picture.

    Args:
        topic: of the images.
        still_s: for how long they have been.
        settings: hold the limits.
    """
    return judge(still_s, settings.max_age_error_s, 0.0).pick(
        f"the images on {topic} have been the same to the last bit for {still_s:.1f} s",
        ": does the camera stand still, and what relays its images repeat the last one?",
    )


def hold_against(status: DiagnosticStatus, findings: list[Finding]) -> DiagnosticStatus:
    """Puts first, in a status of what is made of masks, why there are none to make it of.

    Args:
        status: is changed, and returned. What it says of masks that came before is no news where
            all was well with them; what was wrong stays.
        findings: none while masks come.
    """
    for level, text in findings:
        fine = status.level == DiagnosticStatus.OK
        status.message = text if fine else f"{text}; {status.message}"
        if level != DiagnosticStatus.STALE or fine:
            status.level = max(status.level, level)
    return status


def judge_rate(rate_hz: float, settings: Settings) -> list[Finding]:
    """A rate of the masks outside its limits, or not known (NaN) where there are limits."""
    limits = (settings.min_rate_warn_hz, settings.min_rate_error_hz)
    if isnan(rate_hz) and any(limits):
        return [(WARN, f"masks a second unknown (limit {max(limits):g})")]
    return judge(-rate_hz, -limits[0], -limits[1]).pick(f"only {rate_hz:.1f} masks a second")


def judge_foreignness(median: float, model: str, settings: Settings) -> list[Finding]:
    """Images that the model was not trained on.

    Args:
        median: of how foreign the last ones were; NaN where it is not known.
        model: its name.
        settings: hold the limit.
    """
    return judge(median, settings.max_foreignness_warn, 0.0).pick(in_words(model, median))


def judge_latency(
    latency_ms: Sequence[float], since_receipt_ms: Sequence[float], settings: Settings
) -> list[Finding]:
    """A latency outside its limits, or not known where there are limits.

    Args:
        latency_ms: camera to mask of the last masks; none where the stamps tell none.
        since_receipt_ms: receipt to mask of the same, by which it is judged then.
        settings: hold the limits.
    """
    limits = (settings.max_latency_warn_ms, settings.max_latency_error_ms)
    measured = CAMERA_TO_MASK if latency_ms else RECEIPT_TO_MASK
    slowest = percentile(latency_ms or since_receipt_ms, 0.95)
    findings = judge(slowest, *limits).pick(f"p95 of {measured} is {slowest:.1f} ms")
    if not latency_ms and any(limits):
        limit = min(filter(None, limits))
        findings.append((WARN, f"p95 of {CAMERA_TO_MASK} unknown (limit {limit:g})"))
    return findings
