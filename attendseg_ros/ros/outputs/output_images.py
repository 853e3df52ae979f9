# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Segmentation results to the images that are published; only those somebody asked for."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image

from attendseg_ros.images.raw_image import packed
from attendseg_ros.images.unseen import Unseen
from attendseg_ros.inference import Segmentation
from attendseg_ros.labels import ClassTable, blend, colorize
from attendseg_ros.navigation import occupancy_of
from attendseg_ros.ros.messages.image_messages import Canvas
from attendseg_ros.ros.parameters.settings import Settings

Pixels = NDArray[np.uint8]

_ALL_SEEN = Unseen()


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
        self,
        rgb: Pixels,
        segmentation: Segmentation,
        settings: Settings,
        wanted: Collection[ImageOutput],
        *,
        unseen: Unseen = _ALL_SEEN,
    ) -> dict[ImageOutput, Image]:
        """Paints the wanted images.

        Args:
            rgb: uint8 (H, W, 3), the image that was segmented; a view is fine. Of the labels' size
                where the overlay is wanted.
            segmentation: with confidence when `needs_confidence` says so.
            settings: which pixels are labelled, and how strong the colours are.
            wanted: the images to paint.
            unseen: what of the image shows nothing, so that nothing there is known to be free:
                models call a covered lens floor or grass, and are sure of it.

        Returns:
            A message for each, whose header is to be set; valid until the next call.
        """
        size = (segmentation.labels.shape[0], segmentation.labels.shape[1])
        images = {output: self._canvas(output, size) for output in wanted}
        if ImageOutput.CONFIDENCE in wanted and segmentation.confidence is not None:
            np.copyto(images[ImageOutput.CONFIDENCE].pixels, segmentation.confidence)
        if not images.keys() - {ImageOutput.CONFIDENCE}:
            return _messages(images)
        labels = self.labels(segmentation, settings)
        if ImageOutput.MASK in wanted:
            np.copyto(images[ImageOutput.MASK].pixels, labels)
        if ImageOutput.TRAVERSABLE in wanted:
            table = occupancy_of(self._classes, settings.free_classes, settings.occupied_classes)
            known = unseen.known(labels, self.free_ids(settings))
            cv2.LUT(known, table, dst=images[ImageOutput.TRAVERSABLE].pixels)
        if ImageOutput.COLOR_MASK in wanted or ImageOutput.OVERLAY in wanted:
            colors = self._canvas(ImageOutput.COLOR_MASK, size).pixels
            colorize(labels, self._palette, colors)
            if ImageOutput.OVERLAY in wanted:
                overlay = images[ImageOutput.OVERLAY].pixels
                blend(packed(rgb), colors, settings.overlay_alpha, overlay)
        return _messages(images)

    def labels(self, segmentation: Segmentation, settings: Settings) -> Pixels:
        """Gives the class ids of ~/mask.

        Args:
            segmentation: with confidence when `needs_confidence` says so.
            settings: which pixels are labelled.

        Returns:
            uint8 (H, W), 255 where unlabelled; may be the segmentation's own.
        """
        kept = settings.kept_classes
        ids = None if kept is None else [self._classes.id_of(name) for name in kept]
        return segmentation.mask(settings.min_confidence, ids)

    def free_ids(self, settings: Settings) -> list[int]:
        """The ids of the classes that are free."""
        return [self._classes.id_of(name) for name in settings.free_classes]

    def _canvas(self, output: ImageOutput, size: tuple[int, int]) -> Canvas:
        canvas = self._canvases.get(output)
        if canvas is None or (canvas.message.height, canvas.message.width) != size:
            canvas = self._canvases[output] = Canvas(*size, output.encoding)
        return canvas


def _messages(canvases: dict[ImageOutput, Canvas]) -> dict[ImageOutput, Image]:
    return {output: canvas.message for output, canvas in canvases.items()}


def needs_confidence(settings: Settings, wanted: Collection[ImageOutput]) -> bool:
    """Whether the segmentation must come with confidence, which costs a softmax."""
    return settings.min_confidence > 0.0 or ImageOutput.CONFIDENCE in wanted
