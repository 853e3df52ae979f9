# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A consumer with the demands of Nav2's semantic_segmentation_layer, which notes every breach.

Written from what that layer subscribes to and does with it; where the layer would crash, drop a
message with a warning, or read past an array, this one keeps a sentence in `breaches`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from rclpy.qos import QoSDurabilityPolicy, QoSProfile, QoSReliabilityPolicy
from sensor_msgs.msg import Image, PointCloud2

IMAGE_QOS = QoSProfile(depth=50, reliability=QoSReliabilityPolicy.BEST_EFFORT)
LABELS_QOS = QoSProfile(
    depth=5,
    reliability=QoSReliabilityPolicy.RELIABLE,
    durability=QoSDurabilityPolicy.TRANSIENT_LOCAL,
)
"""The layer's QoS for masks, confidences and clouds, and for the class names."""

SPREAD_NS = 100_000_000
"""Longest time between the stamps of mask, confidence and cloud that the layer puts together."""

UNLABELLED = 255


class SemanticLayer:
    """Takes messages in the order of their arrival; one thread only."""

    def __init__(self, costed_classes: Collection[str]) -> None:
        """Starts without class names.

        Args:
            costed_classes: the classes that the costmap's parameters give a cost.
        """
        self._costed = set(costed_classes)
        self._ids: set[int] | None = None
        self._masks: list[Image] = []
        self._confidences: list[Image] = []
        self._clouds: list[PointCloud2] = []
        self.breaches: list[str] = []
        self.observations = 0

    def on_label_info(self, message: Any) -> None:
        """Takes a vision_msgs/LabelInfo."""
        entries = [(entry.class_id, entry.class_name) for entry in message.class_map]
        names = {name for _, name in entries}
        for name in sorted(names - self._costed):
            self._breach(f"class {name!r} has no cost in the costmap's parameters")
        for name in sorted(self._costed - names):
            self._breach(f"no class is called {name!r}, to which the parameters give a cost")
        for number, name in entries:
            if not 0 <= number < UNLABELLED:
                self._breach(f"id {number} of {name!r} is not within 0 to 254")
        self._ids = {number for number, _ in entries}
        if len(self._ids) != len(entries):
            self._breach("two classes share an id")

    def on_mask(self, mask: Image) -> None:
        """Takes a mask."""
        self._take(mask, self._masks)

    def on_confidence(self, confidence: Image) -> None:
        """Takes a confidence image."""
        self._take(confidence, self._confidences)

    def on_cloud(self, cloud: PointCloud2) -> None:
        """Takes a point cloud."""
        self._take(cloud, self._clouds)

    def close(self) -> None:
        """Notes masks for which no confidence or no cloud came in time."""
        for mask in self._masks:
            self._breach(f"nothing within 100 ms of the mask stamped {_nanoseconds(mask)}")

    def _take(self, message: Any, queue: list[Any]) -> None:
        queue.append(message)
        for mask in list(self._masks):
            confidence = _nearest(mask, self._confidences)
            cloud = _nearest(mask, self._clouds)
            if confidence is not None and cloud is not None:
                stamps = [_nanoseconds(part) for part in (mask, confidence, cloud)]
                if max(stamps) - min(stamps) <= SPREAD_NS:
                    self._masks.remove(mask)
                    self._confidences.remove(confidence)
                    self._clouds.remove(cloud)
                    self._observe(mask, confidence, cloud)

    def _observe(self, mask: Image, confidence: Image, cloud: PointCloud2) -> None:
        before = len(self.breaches)
        if self._ids is None:
            self._breach("a mask came before the class names: the layer crashes")
        self._check_image("mask", mask)
        self._check_image("confidence", confidence)
        if (confidence.width, confidence.height) != (mask.width, mask.height):
            self._breach("confidence and mask differ in size")
        if cloud.height < 2 or (cloud.width, cloud.height) != (mask.width, mask.height):
            self._breach("the cloud is not organised as the mask is")
        if self._ids is not None:
            strange = set(np.unique(np.frombuffer(mask.data, np.uint8)).tolist()) - self._ids
            if strange - {UNLABELLED}:
                self._breach(f"the mask holds ids without a name: {sorted(strange)}")
        self.observations += len(self.breaches) == before

    def _check_image(self, name: str, image: Image) -> None:
        if image.encoding != "mono8":
            self._breach(f"the {name} is {image.encoding}, not mono8")
        if image.step != image.width:
            self._breach(f"the {name}'s step {image.step} is not its width {image.width}")
        if len(image.data) != image.width * image.height:
            self._breach(f"the {name} holds {len(image.data)} bytes")

    def _breach(self, what: str) -> None:
        self.breaches.append(what)


def _nanoseconds(message: Any) -> int:
    stamp = message.header.stamp
    return int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec)


def _nearest(mask: Image, others: list[Any]) -> Any:
    stamp = _nanoseconds(mask)
    return min(others, key=lambda other: abs(_nanoseconds(other) - stamp), default=None)
