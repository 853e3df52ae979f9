# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What /diagnostics says of what the network does for a camera: rate, latency, drops, failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticStatus

from attendseg_ros.images.bad_image import OF_THE_NETWORK, Reason
from attendseg_ros.percentiles import percentile
from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.health.frame_counts import FrameCounts
from attendseg_ros.ros.health.limits import (
    Finding,
    judge_foreignness,
    judge_latency,
    judge_rate,
    judge_silence,
)
from attendseg_ros.ros.health.observed import NetworkReport
from attendseg_ros.ros.health.status_words import frames, number, status_of, times
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.streaming.timing import WINDOW_S

WARN, ERROR, STALE = DiagnosticStatus.WARN, DiagnosticStatus.ERROR, DiagnosticStatus.STALE

FEW = 3
"""Frames in a row for which the network has no mask: no longer an accident."""

DISABLED = "disabled by ~/set_enabled: no masks until it is called with true"

_NETWORKS = [reason for reason in Reason if reason in OF_THE_NETWORK]


@dataclass(frozen=True)
class _Pace:
    """How masks came lately.

    Attributes:
        rate_hz: masks a second.
        mask_age_s: how long none has come while one was wanted; NaN where none was.
        processing_ms: of the last frames.
        latency_ms: from their stamps to their masks.
        since_receipt_ms: from their receipt to their masks.
    """

    rate_hz: float
    mask_age_s: float
    processing_ms: Sequence[float] = ()
    latency_ms: Sequence[float] = ()
    since_receipt_ms: Sequence[float] = ()

    @classmethod
    def of(cls, counts: FrameCounts, now_ns: int) -> _Pace:
        rate, age = counts.masks.rate_hz(now_ns), counts.mask_age_s(now_ns)
        if age > WINDOW_S:
            # What frames took before says nothing of this moment.
            return cls(rate, age)
        history = counts.history
        return cls(
            rate, age, history.processing_ms(), history.latency_ms(), history.since_receipt_ms()
        )

    def values(self, doubt: str) -> dict[str, object]:
        """As they are shown; no latency where the stamps tell none."""
        unknown = f"unknown: {doubt}" if doubt else ""
        return {
            "rate (Hz)": number(self.rate_hz),
            "time without a wanted mask (s)": number(self.mask_age_s),
            "processing p50 (ms)": number(percentile(self.processing_ms, 0.5)),
            "processing p95 (ms)": number(percentile(self.processing_ms, 0.95)),
            "receipt to mask p95 (ms)": number(percentile(self.since_receipt_ms, 0.95)),
            "latency p50 (ms)": unknown or number(percentile(self.latency_ms, 0.5)),
            "latency p95 (ms)": unknown or number(percentile(self.latency_ms, 0.95)),
        }


class NetworkStatus:
    """Judges what goes out between one report and the next."""

    def __init__(self, camera: CameraName, counts: FrameCounts) -> None:
        """Begins with nothing reported."""
        self._name = camera
        self._counts = counts
        self._network_failures = 0
        self._hangs = 0
        self._worker_errors = 0
        self._processed = 0
        self._dropped = 0

    def report(
        self,
        network: NetworkReport,
        dropped: int,
        settings: Settings,
        now_ns: int,
        doubt: str = "",
        misfits: Sequence[str] = (),
    ) -> DiagnosticStatus:
        """The status of what goes out since the last call.

        Args:
            network: the same for every camera.
            dropped: frames that a newer one replaced.
            settings: with the limits.
            now_ns: the time that frames are counted by.
            doubt: why the camera's stamps tell no latency; empty where they do.
            misfits: who subscribes to an output in vain, and who else publishes there.
        """
        pace = _Pace.of(self._counts, now_ns)
        ratio = self._drop_ratio(dropped)
        findings = self._failures(network)
        if not self._counts.nobody_listens:
            findings += self._judged(pace, network, settings, now_ns, doubt)
        if doubt:
            findings.append((WARN, _unknown_latency(doubt, settings)))
        if ratio > settings.max_drop_ratio_warn:
            findings.append((WARN, f"{ratio:.0%} of the frames came faster than the network"))
        findings += [(WARN, line) for line in _remarks(network)]
        findings += [(WARN, line) for line in (*self._counts.unserved, *misfits)]
        width, height = network.input_size
        fine = f"{network.engine} at {width}x{height}: {number(pace.rate_hz)} masks a second"
        if self._counts.nobody_listens:
            fine = f"idle: nobody subscribes to an output ({network.engine} at {width}x{height})"
        values = {
            "engine": network.engine,
            "model": network.model,
            "loading": network.loading,
            "input size": f"{width}x{height}",
            "input size by": network.size_by,
            **pace.values(doubt),
            **self._tallies(dropped, ratio),
            "engine hangs": network.hangs,
            "last engine hang": network.last_hang or "none",
            "errors of the thread": network.worker_errors,
        }
        return status_of(self._name.status("network"), findings, fine, values)

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

    def _judged(
        self, pace: _Pace, network: NetworkReport, settings: Settings, now_ns: int, doubt: str
    ) -> list[Finding]:
        """What is held against limits, while somebody wants masks."""
        image_age = self._counts.arrivals.age_s(now_ns)
        latency = [] if doubt else pace.latency_ms
        return [
            *judge_silence(pace.mask_age_s, settings, image_age, network.busy_s),
            *judge_rate(pace.rate_hz, settings),
            *judge_latency(latency, pace.since_receipt_ms, settings),
            *judge_foreignness(self._counts.foreign.median, network.model, settings),
        ]

    def _tallies(self, dropped: int, ratio: float) -> dict[str, object]:
        """What became of the frames since the node is active."""
        counts = self._counts
        return {
            "foreignness": number(counts.foreign.median),
            "frames processed": counts.processed,
            "frames dropped": dropped,
            "drop ratio": number(ratio),
            "frames skipped by max_rate_hz": counts.skipped,
            "frames nobody wanted": counts.idle,
            "frames without a mask in a row": counts.failed_in_a_row,
            **{f"frames failed: {reason.value}": counts.failed[reason] for reason in _NETWORKS},
        }

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
            findings.append((WARN, f"no mask of {frames(fresh)}: {why}"))
        if not network.worker_alive:
            findings.append((ERROR, "the thread that processes frames has ended: restart the node"))
        if errors > 0:
            what = "an error in the thread that processes frames"
            findings.append((WARN, f"{times(errors)} {what}: see the log"))
        return findings

    def _drop_ratio(self, dropped: int) -> float:
        processed = self._counts.processed
        lost, done = dropped - self._dropped, processed - self._processed
        self._dropped, self._processed = dropped, processed
        return lost / (lost + done) if lost + done else 0.0


def _remarks(network: NetworkReport) -> list[str]:
    """What holds for the network of every camera, and the operator should know."""
    remarks = []
    if network.refusal:
        remarks.append(f"not in effect: {network.refusal}")
    if network.fallback:
        slower = f"{network.engine} runs, since no faster engine can"
        remarks.append(f"{slower}: {network.fallback}")
    if network.too_slow:
        remarks.append(network.too_slow)
    if not network.enabled:
        remarks.append(DISABLED)
    return remarks


def _unknown_latency(doubt: str, settings: Settings) -> str:
    """Says what cannot be judged, and by what it is judged in its place."""
    blind = [
        f"{name} is judged by receipt to mask"
        for name in ("max_latency_warn_ms", "max_latency_error_ms", "target_latency_ms")
        if getattr(settings, name)
    ]
    return "; ".join([f"latency is unknown: {doubt}", *blind])
