# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What /diagnostics says of a camera: one status of it, one of what the network does for it.

`diagnostic_updater` is not used: its frequency and time-stamp tasks do not follow `/clock`, so they
are wrong under `use_sim_time`; here every time comes from the node's own clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import isnan

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from attendseg_ros.images.bad_image import OF_THE_NETWORK, Reason
from attendseg_ros.percentiles import percentile
from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.health import contrast_watch, unwritten_watch
from attendseg_ros.ros.health.frame_counts import FrameCounts
from attendseg_ros.ros.health.limits import (
    Finding,
    judge,
    judge_foreignness,
    judge_latency,
    judge_pictures,
    judge_rate,
    judge_repeats,
    judge_silence,
)
from attendseg_ros.ros.health.observed import CameraReport, NetworkReport
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.streaming.stamp_checks import StampFault
from attendseg_ros.streaming.timing import WINDOW_S

OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR
STALE = DiagnosticStatus.STALE


FEW = 3
"""Frames in a row for which the network has no mask: no longer an accident."""

DISABLED = "disabled by ~/set_enabled: no masks until it is called with true"

LOSS_HINT = (
    "the camera leaves them out, or the middleware loses them: its shared memory or UDP buffers "
    "are too small for such images (give node and camera the same config/fastdds_large_images.xml)"
)

STILL_HINT = (
    "what publishes it is paused, has ended or never began; ages and rates go by this machine's "
    "clock meanwhile"
)

_NETWORKS = [reason for reason in Reason if reason in OF_THE_NETWORK]

_FAULT_HINTS = {
    StampFault.UNSET: "latency is unknown; let the driver stamp its images",
    StampFault.BACKWARDS: "a bag that was restarted, or several publishers",
    StampFault.JUMP: "the camera's clock was set, or it is not the node's (use_sim_time)",
    StampFault.CLOCK: "/clock was restarted, or the system's clock was set",
}


class Report:
    """Judges a camera's frames between one report and the next."""

    def __init__(self, camera: CameraName, counts: FrameCounts) -> None:
        self._name = camera
        self._counts = counts
        self._failed: Counter[Reason] = Counter()
        self._faults: Counter[StampFault] = Counter()
        self._network_failures = 0
        self._hangs = 0
        self._worker_errors = 0
        self._processed = 0
        self._dropped = 0

    def camera(self, camera: CameraReport, settings: Settings, now_ns: int) -> DiagnosticStatus:
        """The status of what comes in: rate, silence, bad images."""
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
            "contrast of last image": _number(counts.contrast.last),
            "rate (Hz)": _number(rate),
            "age of last image (s)": _number(counts.arrivals.age_s(now_ns)),
        }
        return _status(
            self._name.status("camera"), findings, f"{_number(rate)} Hz on {camera.topic}", values
        )

    def _stream_findings(self, camera: CameraReport, settings: Settings) -> list[Finding]:
        findings = []
        faults = Counter(camera.faults)
        for fault, count in (faults - self._faults).items():
            findings.append((WARN, f"{fault.value} {_times(count)}: {_FAULT_HINTS[fault]}"))
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

    def network(
        self,
        network: NetworkReport,
        dropped: int,
        settings: Settings,
        now_ns: int,
        doubt: str = "",
        misfits: Sequence[str] = (),
    ) -> DiagnosticStatus:
        """The status of what goes out: rate, latency, drops.

        Args:
            network: the same for every camera.
            dropped: frames that a newer one replaced.
            settings: with the limits.
            now_ns: the time that frames are counted by.
            doubt: why the camera's stamps tell no latency; empty where they do.
            misfits: who subscribes to an output in vain, and who else publishes there.
        """
        counts = self._counts
        processing, latency = counts.history.processing_ms(), counts.history.latency_ms()
        rate = counts.masks.rate_hz(now_ns)
        since_receipt = counts.history.since_receipt_ms()
        unknown = f"unknown: {doubt}" if doubt else ""
        age = counts.mask_age_s(now_ns)
        if age > WINDOW_S:
            # What frames took before says nothing of this moment.
            processing, latency, since_receipt = [], [], []
        ratio = self._drop_ratio(dropped)
        findings = self._failures(network)
        if not counts.nobody_listens:
            findings += judge_silence(age, settings, counts.arrivals.age_s(now_ns), network.busy_s)
            findings += judge_rate(rate, settings)
            findings += judge_latency([] if doubt else latency, since_receipt, settings)
            findings += judge_foreignness(counts.foreign.median, network.model, settings)
        if doubt:
            findings.append((WARN, _unknown_latency(doubt, settings)))
        if ratio > settings.max_drop_ratio_warn:
            findings.append((WARN, f"{ratio:.0%} of the frames came faster than the network"))
        if network.refusal:
            findings.append((WARN, f"not in effect: {network.refusal}"))
        if network.fallback:
            findings.append(
                (WARN, f"{network.engine} runs, since no faster engine can: {network.fallback}")
            )
        findings += [(WARN, line) for line in (*counts.unserved, *misfits)]
        if network.too_slow:
            findings.append((WARN, network.too_slow))
        if not network.enabled:
            findings.append((WARN, DISABLED))
        width, height = network.input_size
        running = f"{network.engine} at {width}x{height}: {_number(rate)} masks a second"
        idle = f"idle: nobody subscribes to an output ({network.engine} at {width}x{height})"
        values = {
            "engine": network.engine,
            "model": network.model,
            "loading": network.loading,
            "input size": f"{width}x{height}",
            "input size by": network.size_by,
            "rate (Hz)": _number(rate),
            "time without a wanted mask (s)": _number(age),
            "processing p50 (ms)": _number(percentile(processing, 0.5)),
            "processing p95 (ms)": _number(percentile(processing, 0.95)),
            "receipt to mask p95 (ms)": _number(percentile(since_receipt, 0.95)),
            "latency p50 (ms)": unknown or _number(percentile(latency, 0.5)),
            "latency p95 (ms)": unknown or _number(percentile(latency, 0.95)),
            "foreignness": _number(counts.foreign.median),
            "frames processed": counts.processed,
            "frames dropped": dropped,
            "drop ratio": _number(ratio),
            "frames skipped by max_rate_hz": counts.skipped,
            "frames nobody wanted": counts.idle,
            "frames without a mask in a row": counts.failed_in_a_row,
            **{f"frames failed: {reason.value}": counts.failed[reason] for reason in _NETWORKS},
            "engine hangs": network.hangs,
            "last engine hang": network.last_hang or "none",
            "errors of the thread": network.worker_errors,
        }
        fine = idle if counts.nobody_listens else running
        return _status(self._name.status("network"), findings, fine, values)

    def without_masks(
        self, network: NetworkReport, settings: Settings, now_ns: int
    ) -> list[Finding]:
        """Why nothing can be made of masks at this moment; empty while they come.

        Args:
            network: the same for every camera.
            settings: with the limits.
            now_ns: the time that frames are counted by.
        """
        if not network.enabled:
            return [(WARN, DISABLED)]
        counts = self._counts
        age, image_age = counts.mask_age_s(now_ns), counts.arrivals.age_s(now_ns)
        silence = judge_silence(age, settings, image_age, network.busy_s)
        return silence if silence or counts.processed else [(STALE, "no mask yet")]

    def _failures(self, network: NetworkReport) -> list[Finding]:
        """What the network or the node, and not the camera, has left without a mask."""
        counts, findings = self._counts, []
        in_a_row = counts.failed_in_a_row
        failures = sum(counts.failed[reason] for reason in _NETWORKS)
        fresh, self._network_failures = failures - self._network_failures, failures
        fresh_hangs, self._hangs = network.hangs - self._hangs, network.hangs
        errors = network.worker_errors - self._worker_errors
        self._worker_errors = network.worker_errors
        if network.hang:
            findings.append((ERROR, network.hang))
        elif fresh_hangs > 0:
            # It may have been replaced between two reports.
            findings.append((ERROR, f"{network.last_hang} and has been replaced"))
        elif in_a_row >= FEW:
            findings.append(
                (ERROR, f"{in_a_row} frames in a row without a mask: {counts.last_failure}")
            )
        elif fresh > 0:
            why = counts.last_failure or "see the log"
            findings.append((WARN, f"no mask of {_frames(fresh)}: {why}"))
        if not network.worker_alive:
            findings.append((ERROR, "the thread that processes frames has ended: restart the node"))
        if errors > 0:
            what = "an error in the thread that processes frames"
            findings.append((WARN, f"{_times(errors)} {what}: see the log"))
        return findings

    def _drop_ratio(self, dropped: int) -> float:
        processed = self._counts.processed
        lost, done = dropped - self._dropped, processed - self._processed
        self._dropped, self._processed = dropped, processed
        return lost / (lost + done) if lost + done else 0.0


def _status(
    name: str, findings: list[Finding], fine: str, values: dict[str, object]
) -> DiagnosticStatus:
    findings.sort(key=lambda finding: finding[0], reverse=True)
    return DiagnosticStatus(
        name=name,
        level=findings[0][0] if findings else OK,
        message="; ".join(text for _, text in findings) or fine,
        values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
    )


def _frames(count: int) -> str:
    return "a frame" if count == 1 else f"{count} frames"


def _unknown_latency(doubt: str, settings: Settings) -> str:
    """Says what cannot be judged, and by what it is judged in its place."""
    blind = [
        f"{name} is judged by receipt to mask"
        for name in ("max_latency_warn_ms", "max_latency_error_ms", "target_latency_ms")
        if getattr(settings, name)
    ]
    return "; ".join([f"latency is unknown: {doubt}", *blind])


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _number(value: float) -> str:
    return "unknown" if isnan(value) else f"{value:.2f}"
