#!/usr/bin/env python3
# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Says by its exit status whether the node is well, from what the node reports on /diagnostics.

    healthcheck.py [--node /segmentation] [--timeout 10]

0: it reported, and nothing is an ERROR. 1: an ERROR, or no report within the time. The line that it
prints is what `docker inspect` shows. It runs beside the node, on the same ROS domain.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.qos import QoSProfile, QoSReliabilityPolicy

LEVELS = {
    DiagnosticStatus.OK: "OK",
    DiagnosticStatus.WARN: "WARN",
    DiagnosticStatus.ERROR: "ERROR",
    DiagnosticStatus.STALE: "STALE",
}


def report_of(node_name: str, timeout_s: float) -> list[DiagnosticStatus]:
    """The statuses of a node's next report; none if it does not come in time."""
    own = rclpy.create_node("attendseg_healthcheck", start_parameter_services=False)
    found: list[DiagnosticStatus] = []

    def look(message: DiagnosticArray) -> None:
        found.extend(status for status in message.status if status.hardware_id == node_name)

    # Best effort fits a reliable and a best effort publisher.
    quality = QoSProfile(depth=10, reliability=QoSReliabilityPolicy.BEST_EFFORT)
    own.create_subscription(DiagnosticArray, "/diagnostics", look, quality)
    # By the machine's clock: a simulator's may stand still.
    end = time.monotonic() + timeout_s
    while not found and (left := end - time.monotonic()) > 0.0:
        rclpy.spin_once(own, timeout_sec=left)
    own.destroy_node()
    return found


def main() -> int:
    """Waits for a report, prints it in a line, and returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--node",
        default=os.environ.get("ATTENDSEG_NODE", "/segmentation"),
        help="full name of the node (default: $ATTENDSEG_NODE, else /segmentation)",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=10.0,
        metavar="S",
        help="seconds to wait; more than diagnostics_period_s (default: %(default)s)",
    )
    arguments = parser.parse_args()
    name = "/" + arguments.node.strip("/")
    rclpy.init(args=[])
    statuses = report_of(name, arguments.timeout)
    rclpy.shutdown()
    if not statuses:
        print(f"no report of {name} on /diagnostics within {arguments.timeout:g} s")
        return 1
    print(
        "; ".join(
            f"{LEVELS.get(status.level, '?')} {status.name}: {status.message}"
            for status in statuses
        )
    )
    return int(any(status.level == DiagnosticStatus.ERROR for status in statuses))


if __name__ == "__main__":
    sys.exit(main())
