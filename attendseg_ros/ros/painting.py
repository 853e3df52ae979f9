# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Segmentation results to the images that are published; only those somebody asked for."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.inference import Segmentation
from attendseg_ros.labels import ClassTable, blend, colorize, drop_uncertain, keep_classes
from attendseg_ros.ros.conversion import packed
from attendseg_ros.ros.parameters import Settings

Pixels = NDArray[np.uint8]


class ImageOutput(Enum):
    """An image the node publishes: the topic below ~/ and its encoding."""

    MASK = ("mask", "mono8")
    COLOR_MASK = ("color_mask", "rgb8")
    OVERLAY = ("overlay", "rgb8")
    CONFIDENCE = ("confidence", "mono8")

    @property
    def topic(self) -> str:
        """Name below the node's own, as in ~/mask."""
        return self.value[0]

    @property
    def encoding(self) -> str:
        """ROS name of the pixel format."""
        return self.value[1]


class Painter:
    """Paints the output images; its buffers are used again while the image size stays."""

    def __init__(self, classes: ClassTable) -> None:
        self._classes = classes
        self._palette = classes.palette()
        self._buffers: dict[ImageOutput, Pixels] = {}

    def paint(
        self,
        rgb: Pixels,
        segmentation: Segmentation,
        settings: Settings,
        wanted: Collection[ImageOutput],
    ) -> dict[ImageOutput, Pixels]:
        """Paints the wanted images.

        Args:
            rgb: uint8 (H, W, 3), the image that was segmented; a view is fine.
            segmentation: with confidence when `needs_confidence` says so.
            settings: which pixels are labelled, and how strong the colours are.
            wanted: the images to paint.

        Returns:
            uint8 (H, W) or (H, W, 3) for each; valid until the next call.
        """
        images: dict[ImageOutput, Pixels] = {}
        labels = self._labels(segmentation, settings)
        if ImageOutput.MASK in wanted:
            images[ImageOutput.MASK] = labels
        if ImageOutput.CONFIDENCE in wanted and segmentation.confidence is not None:
            images[ImageOutput.CONFIDENCE] = segmentation.confidence
        if ImageOutput.COLOR_MASK in wanted or ImageOutput.OVERLAY in wanted:
            colors = colorize(labels, self._palette, self._buffer(ImageOutput.COLOR_MASK, rgb))
            if ImageOutput.COLOR_MASK in wanted:
                images[ImageOutput.COLOR_MASK] = colors
            if ImageOutput.OVERLAY in wanted:
                buffer = self._buffer(ImageOutput.OVERLAY, rgb)
                images[ImageOutput.OVERLAY] = blend(
                    packed(rgb), colors, settings.overlay_alpha, buffer
                )
        return images

    def _labels(self, segmentation: Segmentation, settings: Settings) -> Pixels:
        labels = segmentation.labels
        if settings.min_confidence > 0.0 and segmentation.confidence is not None:
            labels = drop_uncertain(labels, segmentation.confidence, settings.min_confidence)
        if settings.kept_classes is not None:
            ids = [self._classes.id_of(name) for name in settings.kept_classes]
            labels = keep_classes(labels, ids)
        return labels

    def _buffer(self, output: ImageOutput, like: Pixels) -> Pixels:
        buffer = self._buffers.get(output)
        if buffer is None or buffer.shape != like.shape:
            buffer = self._buffers[output] = np.empty(like.shape, np.uint8)
        return buffer


def needs_confidence(settings: Settings, wanted: Collection[ImageOutput]) -> bool:
    """Whether the segmentation must come with confidence, which costs a softmax."""
    return settings.min_confidence > 0.0 or ImageOutput.CONFIDENCE in wanted
