# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Segmentation results to the images that are published; only those somebody asked for."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum

import cv2
import numpy as np
from sensor_msgs.msg import Image

from attendseg_ros.images.raw_image import packed
from attendseg_ros.labels import ClassTable, blend, colorize
from attendseg_ros.navigation import occupancy_of
from attendseg_ros.ros.messages.image_messages import Canvas
from attendseg_ros.ros.outputs.labelled_frame import LabelledFrame
from attendseg_ros.ros.parameters.settings import Settings


class ImageOutput(Enum):
    """An image the node publishes: the topic below ~/ and its encoding."""

    MASK = ("mask", "mono8")
    COLOR_MASK = ("color_mask", "rgb8")
    OVERLAY = ("overlay", "rgb8")
    CONFIDENCE = ("confidence", "mono8")
    TRAVERSABLE = ("traversable", "mono8")

    @property
    def topic(self) -> str:
        """Name below the node's own, as in ~/mask."""
        return self.value[0]

    @property
    def encoding(self) -> str:
        """ROS name of the pixel format."""
        return self.value[1]


class OutputImages:
    """Paints the output images into messages that are used again while the image size stays."""

    def __init__(self, classes: ClassTable) -> None:
        self._classes = classes
        self._palette = classes.palette()
        self._canvases: dict[ImageOutput, Canvas] = {}

    def paint(
        self, frame: LabelledFrame, wanted: Collection[ImageOutput]
    ) -> dict[ImageOutput, Image]:
        """Paints the wanted images.

        Args:
            frame: with confidence where `needs_confidence` says so, and its rgb of the labels'
                size where the overlay is wanted.
            wanted: the images to paint.

        Returns:
            A message for each, whose header is to be set; valid until the next call.
        """
        labels, settings = frame.segmentation.labels, frame.settings
        size = (labels.shape[0], labels.shape[1])
        images = {output: self._canvas(output, size) for output in wanted}
        confidence = frame.segmentation.confidence
        if ImageOutput.CONFIDENCE in wanted and confidence is not None:
            np.copyto(images[ImageOutput.CONFIDENCE].pixels, confidence)
        if ImageOutput.MASK in wanted:
            np.copyto(images[ImageOutput.MASK].pixels, frame.labels)
        if ImageOutput.TRAVERSABLE in wanted:
            table = occupancy_of(self._classes, settings.free_classes, settings.occupied_classes)
            cv2.LUT(frame.known, table, dst=images[ImageOutput.TRAVERSABLE].pixels)
        if ImageOutput.COLOR_MASK in wanted or ImageOutput.OVERLAY in wanted:
            colors = self._canvas(ImageOutput.COLOR_MASK, size).pixels
            colorize(frame.labels, self._palette, colors)
            if ImageOutput.OVERLAY in wanted:
                overlay = images[ImageOutput.OVERLAY].pixels
                blend(packed(frame.rgb), colors, settings.overlay_alpha, overlay)
        return {output: canvas.message for output, canvas in images.items()}

    def _canvas(self, output: ImageOutput, size: tuple[int, int]) -> Canvas:
        canvas = self._canvases.get(output)
        if canvas is None or (canvas.message.height, canvas.message.width) != size:
            canvas = self._canvases[output] = Canvas(*size, output.encoding)
        return canvas


def needs_confidence(settings: Settings, wanted: Collection[ImageOutput]) -> bool:
    """Whether the segmentation must come with confidence, which costs a softmax."""
    return settings.min_confidence > 0.0 or ImageOutput.CONFIDENCE in wanted
