# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Who subscribes to an output and gets nothing of it, since the middleware connects the two not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSCompatibility, qos_check_compatible

from attendseg_ros.ros.messages import qos


def misfits(node: Node, publishers: Iterable[Any]) -> list[str]:
    """Who waits for what will never come, a line for each output.

    Args:
        node: asks the graph.
        publishers: its own.
    """
    found = []
    for publisher in publishers:
        topic = publisher.topic_name
        # Looked at closer only where somebody is not connected: every report asks for each output.
        if node.count_subscribers(topic) > publisher.get_subscription_count():
            ends = node.get_subscriptions_info_by_topic(topic)
            reasons = list(filter(None, (_misfit(publisher, end) for end in ends)))
            if reasons:
                found.append(f"{topic} does not reach {'; '.join(reasons)}")
    return found


def _misfit(publisher: Any, end: Any) -> str:
    """Why a subscriber is not connected, with its name; empty where it is, or soon will be."""
    who = f"{end.node_namespace.rstrip('/')}/{end.node_name}"
    kind = publisher.msg_type
    own_type = f"{kind.__module__.partition('.')[0]}/msg/{kind.__name__}"
    if end.topic_type != own_type:
        return f"{who}, which subscribes to {end.topic_type}: it is {own_type}"
    offered = publisher.qos_profile
    compatibility, _ = qos_check_compatible(offered, end.qos_profile)
    if compatibility != QoSCompatibility.ERROR:
        return ""
    asked = qos.in_words(end.qos_profile)
    return f"{who}, which asks for QoS {asked}: it is {qos.in_words(offered)}"
