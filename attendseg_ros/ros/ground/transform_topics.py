# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""/tf and /tf_static, read while somebody needs a transform.

tf2_msgs is part of every ROS with tf2_ros, but not on PyPI. tf2_ros's own listener starts a thread
and takes in everything for ever; here the executor's thread does it, and only while it is needed.
"""

from __future__ import annotations

from time import monotonic
from typing import Any

from rclpy.lifecycle import LifecycleNode
from rclpy.qos import QoSDurabilityPolicy, QoSProfile, QoSReliabilityPolicy

from attendseg_ros.geometry.transforms import Transform, TransformError, TransformTree
from attendseg_ros.streaming.throttle import Throttle
from attendseg_ros.streaming.timing import stamp_ns

try:
    from tf2_msgs.msg import TFMessage
except ImportError:
    TFMessage = None

_STATIC = "/tf_static"

ARRIVAL_S = 2.0
"""Until then after subscribing it is no news that a transform is missing."""

HINT = "tf2_msgs is not installed; apt install ros-$ROS_DISTRO-tf2-msgs"


class TransformTopics:
    """One reader for all cameras of a node; `find` is for any thread, all else the executor's."""

    def __init__(self, node: LifecycleNode) -> None:
        """Prepares; `node` owns the subscriptions."""
        self._node = node
        self._tree = TransformTree()
        self._throttle = Throttle()
        self._subscriptions: list[Any] = []
        self._users: set[object] = set()
        self._opened_s = -ARRIVAL_S

    @property
    def installed(self) -> bool:
        """Whether transforms can be read at all."""
        return TFMessage is not None

    @property
    def just_opened(self) -> bool:
        """Whether what is latched on /tf_static may still be on its way."""
        return monotonic() < self._opened_s + ARRIVAL_S

    def follow_demand(self, user: object, *, wanted: bool) -> None:
        """Reads transforms while any user wants them."""
        if wanted:
            self._users.add(user)
        else:
            self._users.discard(user)
        if self._users and not self._subscriptions and TFMessage is not None:
            self._opened_s = monotonic()
            # As tf2_ros subscribes. Absolute names follow no namespace, but remappings.
            for topic, take, durability in (
                ("/tf", self._take_moving, QoSDurabilityPolicy.VOLATILE),
                (_STATIC, self._take_static, QoSDurabilityPolicy.TRANSIENT_LOCAL),
            ):
                profile = QoSProfile(
                    depth=100, reliability=QoSReliabilityPolicy.RELIABLE, durability=durability
                )
                subscription = self._node.create_subscription(TFMessage, topic, take, profile)
                self._subscriptions.append(subscription)
        elif not self._users and self._subscriptions:
            self.close()

    def find(self, target: str, source: str, moment_ns: int, tolerance_ns: int) -> Transform:
        """See `TransformTree.find`."""
        return self._tree.find(target, source, moment_ns, tolerance_ns)

    def doubt(self, target: str, source: str) -> str:
        """That two nodes may say where a fixed frame of this way is, in words; empty if not.

        It is told once by each, and who is heard last counts, as in tf2. Of one node it is news.
        """
        words = self._tree.retold(target, source)
        topic = self._node.resolve_topic_name(_STATIC)
        if not words or self._node.count_publishers(topic) < 2:
            return ""
        return f"{words}: the last counts; does another node publish it, too?"

    def begin_anew(self) -> None:
        """Forgets what moved, when the clock was set back: of its moments, others are to come."""
        self._tree.begin_anew()

    def close(self) -> None:
        """Reads no more, and forgets: what has moved meanwhile is not known."""
        while self._subscriptions:
            self._node.destroy_subscription(self._subscriptions.pop())
        self._tree = TransformTree()

    def _take_moving(self, message: Any) -> None:
        self._take(message, static=False)

    def _take_static(self, message: Any) -> None:
        self._take(message, static=True)

    def _take(self, message: Any, *, static: bool) -> None:
        for one in message.transforms:
            at, turn = one.transform.translation, one.transform.rotation
            try:
                self._tree.put(
                    one.header.frame_id,
                    one.child_frame_id,
                    stamp_ns(one.header.stamp),
                    (at.x, at.y, at.z),
                    (turn.x, turn.y, turn.z, turn.w),
                    static=static,
                )
            except TransformError as error:
                if self._throttle.ready(one.child_frame_id):
                    self._node.get_logger().warning(str(error))
