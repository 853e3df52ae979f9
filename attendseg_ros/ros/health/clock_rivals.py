# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Who publishes /clock, where there may be one: a simulator, or a recording that is played."""

from __future__ import annotations

from rclpy.node import Node

from attendseg_ros.ros.messages.endpoints import node_of

_TOPIC = "/clock"


def rival_clocks(node: Node) -> str:
    """That several nodes publish the time, in words; empty if one does, or none.

    Args:
        node: one whose time is simulated.
    """
    ends = node.get_publishers_info_by_topic(_TOPIC)
    if len(ends) < 2:
        return ""
    names = ", ".join(sorted(node_of(end) for end in ends))
    return (
        f"{len(ends)} nodes publish {node.resolve_topic_name(_TOPIC)} ({names}): time jumps from "
        "that of the one to that of the other; stop all but one"
    )
