# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Results to the messages of the chosen outputs, like the node's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attendseg_ros.labels import ClassTable, blend, colorize
from attendseg_ros.playback.bags.bag_messages import (
    LABEL_INFO_TYPE,
    RAW_TYPE,
    DecodedImage,
    ImageDecoder,
    image_message,
    label_info_message,
    message_types,
)
from attendseg_ros.playback.bags.bag_reader import Recorded
from attendseg_ros.playback.bags.bag_writer import BagWriter
from attendseg_ros.playback.bags.label_journal import Labels
from attendseg_ros.playback.bags.outputs import IMAGE_OUTPUTS, LABEL_INFO
from attendseg_ros.playback.frames import Image

_OVERLAY_ALPHA = 0.5  # the node's, unless told otherwise


class OutputMessages:
    """Adds the outputs' topics to a bag, and their messages image by image."""

    def __init__(
        self,
        writer: BagWriter,
        is_ros2: bool,
        topics: Mapping[str, str],
        classes: ClassTable,
        threshold: float,
    ) -> None:
        """Adds the topics.

        Args:
            writer: the new bag.
            is_ros2: whether it and the images are ROS 2's.
            topics: the topic for each output, of `OUTPUTS`.
            classes: what the ids mean.
            threshold: confidence, 0 to 1, below which pixels were made unlabelled.
        """
        self._writer = writer
        self._store = message_types(is_ros2)
        self._decoder = ImageDecoder(is_ros2)
        self._classes = classes
        self._palette = classes.palette()
        self._threshold = threshold
        self._label_info: Any = None
        if LABEL_INFO in topics:
            self._label_info = writer.add_topic(topics[LABEL_INFO], LABEL_INFO_TYPE, latched=True)
        self._images = {
            name: writer.add_topic(topic, RAW_TYPE)
            for name, topic in topics.items()
            if name in IMAGE_OUTPUTS
        }

    def paint(self, recorded: Recorded, labels: Labels, image: DecodedImage | None = None) -> None:
        """Writes the outputs for an image, all with its header and its recording time.

        Args:
            recorded: the image's message.
            labels: its result.
            image: what the message holds, where it has been decoded already.

        Raises:
            ImageError: the message cannot be decoded.
        """
        message_type = recorded.connection.msgtype
        header = (image or self._decoder.message(recorded.data, message_type)).header
        if self._label_info is not None:
            # Once, and before the first mask: that is what readers of the masks rely on.
            names = label_info_message(self._classes, self._threshold, header.stamp, self._store)
            self._writer.write(self._label_info, recorded.time_ns, names)
            self._label_info = None
        for name, topic in self._images.items():
            pixels = self._pixels(name, labels, recorded, image)
            message = image_message(pixels, header, self._store)
            self._writer.write(topic, recorded.time_ns, message)

    def _pixels(
        self, name: str, labels: Labels, recorded: Recorded, image: DecodedImage | None
    ) -> Image:
        if name == "mask":
            return labels.mask
        if name == "confidence":
            assert labels.confidence is not None
            return labels.confidence
        colors = colorize(labels.mask, self._palette)
        if name == "color_mask":
            return colors
        image = image or self._decoder.decode(recorded.data, recorded.connection.msgtype)
        return blend(image.rgb, colors, _OVERLAY_ALPHA)
