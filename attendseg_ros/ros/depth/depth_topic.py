# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One subscription to depth for all that need it, held only while somebody does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.lifecycle import LifecycleNode
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image

from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.messages import qos

Consumer = Callable[[Image], None]


class DepthTopic:
    """Hands each depth image to those who joined; for the executor's thread.

    A camera that computes depth only for its subscribers may rest while nobody has joined.
    """

    def __init__(self, node: LifecycleNode, camera: CameraName) -> None:
        """Prepares; `node` owns the subscription to the depth of `camera`."""
        self._node = node
        self._topic = camera.input("depth")
        self._consumers: list[Consumer] = []
        self._subscription: Any = None

    def join(self, consumer: Consumer) -> QoSProfile:
        """Hands depth to a consumer from now on.

        Returns:
            The profile of the subscription, overrides included.
        """
        self._consumers.append(consumer)
        if self._subscription is None:
            self._subscription = self._node.create_subscription(
                Image,
                self._topic,
                self._on_depth,
                qos.recent_images(),
                qos_overriding_options=qos.overridable(),
            )
        profile: QoSProfile = self._subscription.qos_profile
        return profile

    def leave(self, consumer: Consumer) -> None:
        """Hands no more depth to a consumer that joined."""
        self._consumers.remove(consumer)
        if not self._consumers:
            self._node.destroy_subscription(self._subscription)
            self._subscription = None

    def is_expected(self) -> bool:
        """Whether somebody means depth to come: the topic is remapped, or has a publisher."""
        topic = self._node.resolve_topic_name(self._topic)
        remapped = topic != self._node.resolve_topic_name(self._topic, only_expand=True)
        return remapped or self._node.count_publishers(topic) > 0

    def _on_depth(self, message: Image) -> None:
        for consumer in self._consumers:
            consumer(message)
