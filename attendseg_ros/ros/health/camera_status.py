# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What /diagnostics says of what comes in from a camera: rate, silence, bad images."""

from __future__ import annotations

from collections import Counter

from diagnostic_msgs.msg import DiagnosticStatus

from attendseg_ros.images.bad_image import OF_THE_NETWORK, Reason
from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.health import contrast_watch, unwritten_watch
from attendseg_ros.ros.health.frame_counts import FrameCounts
from attendseg_ros.ros.health.limits import Finding, judge, judge_pictures, judge_repeats
from attendseg_ros.ros.health.observed import CameraReport
from attendseg_ros.ros.health.status_words import number, status_of, times
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.streaming.stamp_checks import StampFault
from attendseg_ros.streaming.timing import WINDOW_S

WARN, ERROR, STALE = DiagnosticStatus.WARN, DiagnosticStatus.ERROR, DiagnosticStatus.STALE

LOSS_HINT = (
    "the camera leaves them out, or the middleware loses them: its shared memory or UDP buffers "
    "are too small for such images (give node and camera the same config/fastdds_large_images.xml)"
)

STILL_HINT = (
    "what publishes it is paused, has ended or never began; ages and rates go by this machine's "
    "clock meanwhile"
)

_FAULT_HINTS = {
    StampFault.UNSET: "latency is unknown; let the driver stamp its images",
    StampFault.BACKWARDS: "a bag that was restarted, or several publishers",
    StampFault.JUMP: "the camera's clock was set, or it is not the node's (use_sim_time)",
    StampFault.CLOCK: "/clock was restarted, or the system's clock was set",
}


class CameraStatus:
    """Judges what comes in between one report and the next."""

    def __init__(self, camera: CameraName, counts: FrameCounts) -> None:
        """Begins with nothing reported."""
        self._name = camera
        self._counts = counts
        self._failed: Counter[Reason] = Counter()
        self._faults: Counter[StampFault] = Counter()

    def report(self, camera: CameraReport, settings: Settings, now_ns: int) -> DiagnosticStatus:
        """The status of what comes in since the last call."""
        counts = self._counts
        failed = Counter(counts.failed)
        fresh = failed - self._failed
        self._failed = failed
        rate = counts.arrivals.rate_hz(now_ns)
        findings = judge(camera.silence_s, settings.max_age_warn_s, settings.max_age_error_s).pick(
            f"no image on {camera.topic} for {camera.silence_s:.1f} s: {camera.publishers}"
        )
        if not counts.received and (not findings or findings[0][0] != ERROR):
            findings = [(STALE, f"no image yet on {camera.topic}: {camera.publishers}")]
        for what, blamed in (("bad images on", False), ("no mask of images on", True)):
            reasons = ", ".join(
                f"{count} {reason.value}"
                for reason, count in fresh.items()
                if (reason in OF_THE_NETWORK) == blamed
            )
            if reasons:
                findings.append((WARN, f"{what} {camera.topic}: {reasons}"))
        if counts.contrast.shows_nothing:
            findings.append((WARN, contrast_watch.in_words(camera.topic, counts.contrast.last)))
        elif counts.unwritten.lasts:
            findings.append((WARN, unwritten_watch.in_words(camera.topic)))
        findings += judge_repeats(camera.topic, camera.repeated_s, settings)
        findings += judge_pictures(camera.topic, counts.pictures.still_s, settings)
        findings += self._stream_findings(camera, settings)
        values = {
            "topic": camera.topic,
            "publishers": camera.publishers,
            "lens": camera.lens,
            "frames received": counts.received,
            "frames failed": failed.total(),
            **{f"frames failed: {reason.value}": failed[reason] for reason in Reason},
            **{fault.value: camera.faults.get(fault, 0) for fault in StampFault},
            "stamp of another clock": camera.foreign,
            "frames missing": camera.missing,
            "contrast of last image": number(counts.contrast.last),
            "rate (Hz)": number(rate),
            "age of last image (s)": number(counts.arrivals.age_s(now_ns)),
        }
        return status_of(
            self._name.status("camera"), findings, f"{number(rate)} Hz on {camera.topic}", values
        )

    def _stream_findings(self, camera: CameraReport, settings: Settings) -> list[Finding]:
        findings = []
        faults = Counter(camera.faults)
        for fault, count in (faults - self._faults).items():
            findings.append((WARN, f"{fault.value} {times(count)}: {_FAULT_HINTS[fault]}"))
        self._faults = faults
        if camera.missing_ratio > settings.max_missing_ratio_warn:
            findings.append(
                (
                    WARN,
                    f"{camera.missing_lately} frames missing on {camera.topic} in the last "
                    f"{WINDOW_S:g} s ({camera.missing_ratio:.0%}, gaps in the stamps): {LOSS_HINT}",
                )
            )
        findings += [(WARN, text) for text in (camera.mixture, *camera.wiring) if text]
        if camera.still_s and not camera.doubt_hint:
            still = f"/clock has stood still for {camera.still_s:.1f} s"
            findings.append((WARN, f"{still}: {STILL_HINT}"))
        if camera.doubt_hint:
            findings.append((WARN, f"{camera.doubt}: {camera.doubt_hint}"))
        return findings
