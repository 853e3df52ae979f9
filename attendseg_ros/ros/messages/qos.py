# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Quality of service of every topic; `qos_overrides.<topic>.*` parameters change each.

Reliability, history and depth, that is. Durability stays: who reads ~/label_info relies on it.
"""

from __future__ import annotations

from rclpy.qos import (
    QoSDurabilityPolicy,
    QoSHistoryPolicy,
    QoSProfile,
    QoSReliabilityPolicy,
)
from rclpy.qos_overriding_options import QoSOverridingOptions

try:
    from rclpy.event_handler import SubscriptionEventCallbacks
except ImportError:
    # Humble's place for it.
    from rclpy.qos_event import (  # type: ignore[assignment, no-redef, unused-ignore]
        SubscriptionEventCallbacks,
    )


def newest_image() -> QoSProfile:
    """Sensor data of depth 1: best effort matches every camera, and only the newest counts."""
    return QoSProfile(
        history=QoSHistoryPolicy.KEEP_LAST,
        depth=1,
        reliability=QoSReliabilityPolicy.BEST_EFFORT,
        durability=QoSDurabilityPolicy.VOLATILE,
    )


def recent_images() -> QoSProfile:
    """Sensor data of depth 5: images to be paired with others, so that each of them counts."""
    return QoSProfile(
        history=QoSHistoryPolicy.KEEP_LAST,
        depth=5,
        reliability=QoSReliabilityPolicy.BEST_EFFORT,
        durability=QoSDurabilityPolicy.VOLATILE,
    )


def output() -> QoSProfile:
    """Reliable, which matches every subscriber.

    Depth 2 keeps one image on its way while the next comes; each more would hold one more overlay
    (6 MB at 1920x1080) in memory for a subscriber that is late.
    """
    return QoSProfile(
        history=QoSHistoryPolicy.KEEP_LAST,
        depth=2,
        reliability=QoSReliabilityPolicy.RELIABLE,
        durability=QoSDurabilityPolicy.VOLATILE,
    )


def small_output() -> QoSProfile:
    """Reliable with room for a burst, for messages of a few hundred bytes."""
    return QoSProfile(depth=10, reliability=QoSReliabilityPolicy.RELIABLE)


def latched() -> QoSProfile:
    """Reliable and kept for subscribers that come later."""
    return QoSProfile(
        depth=1,
        reliability=QoSReliabilityPolicy.RELIABLE,
        durability=QoSDurabilityPolicy.TRANSIENT_LOCAL,
    )


def overridable() -> QoSOverridingOptions:
    """Declares the parameters qos_overrides.<topic>.<subscription or publisher>.*."""
    return QoSOverridingOptions.with_default_policies()


def in_silence() -> SubscriptionEventCallbacks:
    """For a subscription that is not to log which publishers it does not match."""
    return SubscriptionEventCallbacks(use_default_callbacks=False)


def in_words(profile: QoSProfile) -> str:
    """The policies that decide whether two ends match: "best effort, volatile"."""
    names = (profile.reliability.name, profile.durability.name)
    return ", ".join(name.lower().replace("_", " ") for name in names)
