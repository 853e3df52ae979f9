# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Holds `target_latency_ms`: has the network run at the size that the frames' times call for."""

from __future__ import annotations

from math import isnan
from time import monotonic

from rclpy.lifecycle import LifecycleNode

from attendseg_ros.inference import Bundle
from attendseg_ros.ros.model_switch import ModelSwitch
from attendseg_ros.ros.pace import Pace, PacedFrame, Size
from attendseg_ros.ros.settings import Settings
from attendseg_ros.ros.timing import FrameTimes


class Pacer:
    """Watches the frames of one activation, in the thread that processes them."""

    def __init__(self, node: LifecycleNode, models: ModelSwitch) -> None:
        """Prepares.

        Args:
            node: for its logger.
            models: runs the network, and prepares other sizes in the background.
        """
        self._node = node
        self._models = models
        self._pace: Pace | None = None
        self._made_for: tuple[Bundle, Size] | None = None
        self._clock_jumped = False

    @property
    def why(self) -> str:
        """Why the network runs at the size it does; any thread may ask."""
        pace = self._pace
        return "input_size" if pace is None else f"target_latency_ms: {pace.why}"

    @property
    def unreachable(self) -> str:
        """That no size keeps the target, in words; any thread may ask."""
        pace = self._pace
        return "" if pace is None else pace.unreachable

    def forget(self) -> None:
        """Starts anew with the next frame: latencies across a jump of a clock would be wrong."""
        self._clock_jumped = True

    def note(self, times: FrameTimes, settings: Settings) -> None:
        """Takes in what a frame cost, and asks for another size where that is called for.

        Args:
            times: of a frame that is out.
            settings: those it was processed with.
        """
        if not settings.target_latency_ms:
            self._pace = None
            return
        if self._models.loading:
            return
        pace = self._pace_for(settings)
        if self._clock_jumped:
            self._clock_jumped = False
            pace.forget()
        if self._models.refused_size == pace.size:
            pace.refuse()
        latency_ms = times.pipeline_latency_ms
        frame = PacedFrame(
            # A camera that stamps nothing gives no latency; what the node itself takes is the rest.
            latency_ms=times.processing_time_ms if isnan(latency_ms) else latency_ms,
            processing_ms=times.processing_time_ms,
            network_ms=times.network_ms,
            done_s=monotonic(),
        )
        size = pace.note(frame, self._models.segmenter.input_size)
        if size is not None and self._models.run_at(size, settings):
            pace.move(size)
            self._node.get_logger().info(
                f"target_latency_ms {settings.target_latency_ms:g}: "
                f"input size {size[0]}x{size[1]} next, since {pace.why}"
            )

    def _pace_for(self, settings: Settings) -> Pace:
        """The choice among the sizes that are not larger than the parameters' own."""
        bundle = self._models.segmenter.bundle
        largest = settings.network_size or bundle.input_size
        if self._pace is None or self._made_for != (bundle, largest):
            smaller = [size for size in bundle.input_sizes if _pixels(size) < _pixels(largest)]
            size = self._models.asked_size
            self._pace = Pace([largest, *smaller], size, settings.target_latency_ms)
            self._made_for = (bundle, largest)
        self._pace.target_ms = settings.target_latency_ms
        return self._pace


def _pixels(size: Size) -> int:
    return size[0] * size[1]
