# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Holds `target_latency_ms`: has the network run at the size that the frames' times call for."""

from __future__ import annotations

from math import isnan
from time import monotonic

from rclpy.lifecycle import LifecycleNode

from attendseg_ros.inference import Bundle
from attendseg_ros.ros.model.model_request import ModelRequest
from attendseg_ros.ros.model.model_switch import ModelSwitch
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.streaming.size_policy import (
    CAMERA_TO_MASK,
    RECEIPT_TO_MASK,
    PacedFrame,
    Size,
    SizePolicy,
)
from attendseg_ros.streaming.timing import FrameTimes


class SizeController:
    """Watches the frames of one activation, in the thread that processes them."""

    def __init__(self, node: LifecycleNode, models: ModelSwitch) -> None:
        """Prepares.

        Args:
            node: for its logger.
            models: runs the network, and prepares other sizes in the background.
        """
        self._node = node
        self._models = models
        self._policy: SizePolicy | None = None
        self._made_for: tuple[Bundle, Size] | None = None
        self._clock_jumped = False

    def why(self, settings: Settings) -> str:
        """Why the network runs at the size it does; any thread may ask."""
        policy = self._policy
        if policy is None or not settings.target_latency_ms:
            return "input_size"
        return f"target_latency_ms: {policy.why}"

    def unreachable(self, settings: Settings) -> str:
        """That no size keeps the target, in words; empty otherwise; any thread may ask."""
        policy = self._policy
        # Without frames nobody tells the policy that its target has been taken away.
        return "" if policy is None or not settings.target_latency_ms else policy.unreachable

    def forget(self) -> None:
        """Restarts with the next frame: latencies across a jump of a clock would be wrong."""
        self._clock_jumped = True

    def observe(self, times: FrameTimes, input_size: Size, settings: Settings) -> None:
        """Takes in what a frame cost, and asks for another size where that is called for.

        Args:
            times: of a frame that is out.
            input_size: at which the network saw it.
            settings: those it was processed with.
        """
        if not settings.target_latency_ms:
            self._policy = None
            return
        asked = self._models.asked
        if asked.settings is not settings:
            # Others have been set during this frame, or another model is loading.
            return
        policy = self._policy_for(asked)
        if self._clock_jumped:
            self._clock_jumped = False
            policy.forget()
        latency_ms, policy.measured = times.pipeline_latency_ms, CAMERA_TO_MASK
        if isnan(latency_ms):
            # By a clock that is not the camera's, what the node itself takes is all that is known.
            latency_ms, policy.measured = times.since_receipt_ms, RECEIPT_TO_MASK
        frame = PacedFrame(
            latency_ms=latency_ms,
            processing_ms=times.processing_time_ms,
            network_ms=times.network_ms,
            done_s=monotonic(),
        )
        size = policy.observe(frame, input_size)
        if size is not None and self._models.run_at(size, settings):
            policy.move(size)
            self._node.get_logger().info(
                f"target_latency_ms {settings.target_latency_ms:g}: "
                f"input size {size[0]}x{size[1]} next, since {policy.why}"
            )

    def _policy_for(self, asked: ModelRequest) -> SizePolicy:
        """The choice among the sizes that are not larger than the parameters' own."""
        bundle, largest, target_ms = asked.bundle, asked.unpaced, asked.settings.target_latency_ms
        policy = self._policy
        if policy is not None and asked.refused == policy.size:
            policy.refuse()
        # Parameters set between two frames may have changed the size past the policy.
        if policy is None or self._made_for != (bundle, largest) or asked.size != policy.size:
            smaller = [size for size in bundle.input_sizes if _pixels(size) < _pixels(largest)]
            policy = SizePolicy([largest, *smaller], asked.size, target_ms)
            self._policy, self._made_for = policy, (bundle, largest)
        policy.target_ms = target_ms
        return policy


def _pixels(size: Size) -> int:
    return size[0] * size[1]
