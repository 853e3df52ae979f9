# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Why no image comes: who publishes on the awaited topic, and whether it can reach the node."""

from __future__ import annotations

from time import monotonic
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSCompatibility, QoSProfile, qos_check_compatible
from sensor_msgs.msg import CompressedImage, Image, PointCloud2

from attendseg_ros.images.compressed_format import VIDEO_TYPES
from attendseg_ros.ros.messages import qos
from attendseg_ros.ros.messages.endpoints import is_named, node_of

PATIENCE_S = 3.0
"""Seconds without an image before the log says what is awaited."""

REPEAT_S = 30.0
"""Seconds until it is said again."""

_NAMES_S = 1.0
"""Seconds that a publisher's name may come behind it: the graph tells of the two apart."""

_TRANSPORTS = {"sensor_msgs/msg/Image": "raw", "sensor_msgs/msg/CompressedImage": "compressed"}
_NAMES = {
    Image: "sensor_msgs/msg/Image",
    CompressedImage: "sensor_msgs/msg/CompressedImage",
    PointCloud2: "sensor_msgs/msg/PointCloud2",
}


_COMPRESSED = "/compressed"
"""What image_transport, and this node, add to the topic of the images."""

_TIMING = "attendseg_ros/msg/SegmentationTiming"

_MOST_NAMED = 10
"""Topics that a message names: a robot of eight cameras has fifty."""

_STRANGER = (
    "not even its name: does it run as another user of this machine, or in a container with a "
    "/dev/shm of its own? Run both as one user, in one IPC namespace"
)

SILENCE_S = 1.0
"""An input silent for longer has its publishers looked up for the report."""


class PublisherLookup:
    """Watches a subscription and explains a silence."""

    def __init__(
        self, node: Node, name: str, image_type: type[Any], what: str, remapped: str
    ) -> None:
        """Prepares.

        Args:
            node: asks the graph, and logs.
            name: what the subscription is given: ROS remaps a name each time that it is given one.
            image_type: the message class awaited there.
            what: what they are: image, depth or cloud.
            remapped: the name for a user to remap.
        """
        self.name = name
        self.topic = node.resolve_topic_name(name)
        self._node = node
        self._what = what
        self._remapped = remapped
        self._type = _NAMES[image_type]
        self._qos = qos.newest_image()
        self.record_arrival()

    def begin(self, profile: QoSProfile) -> None:
        """Starts to wait.

        Args:
            profile: the QoS of the subscription, overrides included.
        """
        self._qos = profile
        self.record_arrival()

    def record_arrival(self) -> None:
        """An image came; the next silence starts now."""
        self._last_s = monotonic()
        self._log_due_s = self._last_s + PATIENCE_S

    def check(self) -> None:
        """Logs the explanation when an image has been missing for long enough."""
        now = monotonic()
        if now < self._log_due_s or (now < self._log_due_s + _NAMES_S and not self._all_named()):
            return
        self._log_due_s = now + REPEAT_S
        self._node.get_logger().warning(
            f"no {self._what} on {self.topic} for {self.silence_s():.0f} s: {self.explain()}"
        )

    def explain(self) -> str:
        """One line: the publishers of the topic, their types and QoS, and what does not fit."""
        endpoints = self._node.get_publishers_info_by_topic(self.name)
        if not endpoints:
            return f"0 publishers of {self._type}{self._elsewhere()}"
        publishers = "; ".join(self._publisher(endpoint) for endpoint in endpoints)
        return f"{_count(len(endpoints))}: {publishers}"

    def for_report(self, silence_s: float) -> str:
        """How many publishers the topic has; what is the matter with them after `SILENCE_S`."""
        if silence_s > SILENCE_S:
            return self.explain()
        return _count(self._node.count_publishers(self.topic))

    def names(self) -> list[str]:
        """The full names of the nodes that publish on the topic."""
        endpoints = self._node.get_publishers_info_by_topic(self.name)
        return [node_of(end) for end in endpoints]

    def silence_s(self) -> float:
        """Seconds since the last image, or since the waiting began."""
        return monotonic() - self._last_s

    def _all_named(self) -> bool:
        return all(map(is_named, self._node.get_publishers_info_by_topic(self.name)))

    def _publisher(self, endpoint: Any) -> str:
        name = node_of(endpoint)
        if name == self._node.get_fully_qualified_name():
            return f"{name}, this node itself: {self._remapped} is remapped to one of its outputs"
        who = f"{name} ({qos.in_words(endpoint.qos_profile)})"
        if endpoint.topic_type != self._type:
            transport = _TRANSPORTS.get(endpoint.topic_type)
            hint = self._hint(transport) if transport and self._what == "image" else ""
            if endpoint.topic_type in VIDEO_TYPES:
                hint = ", which is a video: ros2 run image_transport republish decodes it"
            return f"{who} publishes {endpoint.topic_type}, not {self._type}{hint}"
        compatibility, reason = qos_check_compatible(endpoint.qos_profile, self._qos)
        if compatibility == QoSCompatibility.ERROR:
            wanted = qos.in_words(self._qos)
            parameter = f"qos_overrides.{self.topic}.subscription.reliability"
            return f"{who} has incompatible QoS, {wanted} is wanted (see {parameter}): {reason}"
        if not is_named(endpoint):
            return f"{who} matches, but nothing of its process arrives, {_STRANGER}"
        return f"{who} matches, but sends nothing"

    def _hint(self, transport: str) -> str:
        """What lets the images of another transport in that come on the awaited topic."""
        base = self.topic.removesuffix(_COMPRESSED)
        if transport == "raw":
            return "; set image_transport:=raw"
        if base != self.topic:
            return (
                f"; set image_transport:=compressed, which adds {_COMPRESSED}, and "
                f"image_topic:={base}"
            )
        return f"; set image_transport:=compressed, and remap {self.topic}{_COMPRESSED} to it"

    def _elsewhere(self) -> str:
        own = self._node.get_fully_qualified_name() + "/"
        types_of = dict(self._node.get_topic_names_and_types())
        # Masks are images, too, and of any node of ours they lie beside its times.
        masks = {topic.rpartition("/")[0] for topic, types in types_of.items() if _TIMING in types}
        others = [
            topic
            for topic, types in sorted(types_of.items())
            if self._type in types
            and not topic.startswith(own)
            and topic.removesuffix(_COMPRESSED).rpartition("/")[0] not in masks
            and self._node.count_publishers(topic) > 0
        ]
        if not others:
            return ", and none on any other topic"
        found = "clouds" if self._what == "cloud" else "images"
        more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        adds = ""
        if self._type == _NAMES[CompressedImage]:
            adds = f" without the {_COMPRESSED} that image_transport adds"
        return (
            f"; there are {found} on {', '.join(others[:_MOST_NAMED])}{more} "
            f"(remap {self._remapped}, or {self._what}_topic:={adds})"
        )


def _count(publishers: int) -> str:
    return "1 publisher" if publishers == 1 else f"{publishers} publishers"
