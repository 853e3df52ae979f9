# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the graph tells of the outputs' other ends, and of others who publish in their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSCompatibility, qos_check_compatible

from attendseg_ros.ros.messages import qos
from attendseg_ros.ros.messages.endpoints import node_of


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


def rivals(node: Node, publishers: Iterable[Any]) -> list[str]:
    """Who else publishes on the outputs, a line for each: masks of two are mixed there.

    Args:
        node: asks the graph.
        publishers: some of its own.
    """
    own_name = node.get_fully_qualified_name()
    own_topics = [publisher.topic_name for publisher in node.publishers]
    topics_of: defaultdict[str, list[str]] = defaultdict(list)
    doubled, namesake = set(), False
    for topic in sorted({publisher.topic_name for publisher in publishers}):
        # Looked at closer only where somebody else is, as above.
        own = own_topics.count(topic)
        if own > 1:
            doubled.add(topic)
        if node.count_publishers(topic) <= own:
            continue
        ends = node.get_publishers_info_by_topic(topic)
        names = [node_of(end) for end in ends]
        namesake = namesake or names.count(own_name) > own
        for name in {*names} - {own_name}:
            topics_of[name].append(topic)
    found = [
        f"{', '.join(topics)} {_is(topics)} also published by {name}, which mixes both: remap one"
        for name, topics in sorted(topics_of.items())
    ]
    if doubled:
        topics = sorted(doubled)
        found.append(
            f"{', '.join(topics)} {_is(topics)} published for two cameras, which mixes both: "
            "remap one"
        )
    if namesake:
        found.append(
            f"another node is called {own_name}, and outputs, services and statuses of both are "
            "mixed: give one of them another name (__node:=) or namespace (__ns:=)"
        )
    return found


def _is(topics: Collection[str]) -> str:
    return "is" if len(topics) == 1 else "are"


def _misfit(publisher: Any, end: Any) -> str:
    """Why a subscriber is not connected, with its name; empty where it is, or soon will be."""
    who = node_of(end)
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
