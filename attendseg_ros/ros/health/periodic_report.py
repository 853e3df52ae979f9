# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the node publishes on /diagnostics, again and again, in whatever state it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.clock import Clock, ClockType  # type: ignore[attr-defined]  # Humble's place for it
from rclpy.timer import Timer

from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.messages import qos
from attendseg_ros.ros.runtime.lifecycle import PatientLifecycleNode

UNCONFIGURED = "not configured: waits for the lifecycle services"
INACTIVE = "inactive: waits for the lifecycle services"
SHUT_DOWN = "shut down by the lifecycle services: no masks until the node is started again"


class PeriodicReport:
    """Publishes statuses every so many seconds, with what went into the node's net."""

    def __init__(
        self,
        node: PatientLifecycleNode,
        statuses: Callable[[], list[DiagnosticStatus]],
        period_s: float,
    ) -> None:
        """Starts.

        Args:
            node: publishes; statuses bear its name.
            statuses: gives those of the moment, in the executor's thread.
            period_s: seconds between two reports, above 0.
        """
        self._node = node
        self._statuses = statuses
        self._said_caught = 0
        self._publisher = node.create_publisher(
            DiagnosticArray,
            "/diagnostics",
            qos.small_output(),
            qos_overriding_options=qos.overridable(),
        )
        # A paused /clock must not silence the node.
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = self._make_timer(period_s)

    def set_period(self, period_s: float) -> None:
        """Has the next report come after so many seconds, and those after it."""
        self._node.destroy_timer(self._timer)
        self._timer = self._make_timer(period_s)

    def _make_timer(self, period_s: float) -> Timer:
        return self._node.create_timer(period_s, self._publish, clock=self._steady)

    def _publish(self) -> None:
        statuses = self._statuses()
        self._tell_of_unexpected(statuses)
        name = self._node.get_fully_qualified_name()
        for status in statuses:
            # Two nodes in two namespaces must not overwrite each other in an aggregator.
            status.name = f"{name.lstrip('/')}: {status.name}"
            status.hardware_id = name
        message = DiagnosticArray(status=statuses)
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(message)

    def _tell_of_unexpected(self, statuses: list[DiagnosticStatus]) -> None:
        """Adds to every camera's network what went into the node's net."""
        caught, last = self._node.net.caught, self._node.net.last
        is_new, self._said_caught = caught > self._said_caught, caught
        for status in statuses:
            if not status.name.startswith("network"):
                continue
            status.values.append(KeyValue(key="unexpected errors", value=str(caught)))
            if is_new:
                status.level = max(status.level, DiagnosticStatus.WARN)
                status.message = f"{last}; {status.message}"


def idle_statuses(
    cameras: Sequence[CameraName], state: str, failure: str
) -> list[DiagnosticStatus]:
    """Those of a node that is not active.

    Args:
        cameras: the names of its cameras.
        state: of the node in words, one of the above.
        failure: why the last transition failed; empty when it did not.
    """
    statuses = []
    for name in cameras:
        camera = DiagnosticStatus(
            level=DiagnosticStatus.STALE, name=name.status("camera"), message=state
        )
        network = DiagnosticStatus(
            level=DiagnosticStatus.STALE, name=name.status("network"), message=state
        )
        if failure:
            network.level, network.message = DiagnosticStatus.ERROR, failure
        statuses += [camera, network]
    return statuses
