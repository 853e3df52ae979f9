# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An image with what the network says of it, and what of that is known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from std_msgs.msg import Header

from attendseg_ros.images.unseen import Unseen
from attendseg_ros.inference import Segmentation
from attendseg_ros.labels import ClassTable
from attendseg_ros.ros.parameters.settings import Settings

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class LabelledFrame:
    """One frame, labelled.

    Attributes:
        header: the image's.
        image_size: width and height of the camera's image.
        rgb: uint8 (H, W, 3), of any strides: that image, or of the labels' size where colours are
            wanted beside labels.
        segmentation: with confidence where that is needed.
        unseen: what of the image shows nothing, so that nothing there is known to be free: models
            call a covered lens floor or grass, and are sure of it.
        classes: what the ids mean.
        settings: which pixels are labelled, and which classes are free.
    """

    header: Header
    image_size: tuple[int, int]
    rgb: Pixels
    segmentation: Segmentation
    unseen: Unseen
    classes: ClassTable
    settings: Settings

    @cached_property
    def labels(self) -> Pixels:
        """The class ids of ~/mask: uint8 (H, W), 255 where unlabelled."""
        return labels_of(self.segmentation, self.classes, self.settings)

    @cached_property
    def known(self) -> Pixels:
        """What is known of ~/mask: 255, too, where a part that shows nothing is called free."""
        return self.unseen.known(self.labels, self._free_ids())

    @cached_property
    def confidence(self) -> Pixels:
        """How sure the network is of what is known.

        uint8 (H, W), 255 = certain; 0 where nothing is known, and everywhere for a model that gives
        class ids alone.
        """
        given = self.segmentation.confidence
        if given is None:
            return np.zeros_like(self.labels)
        if self.known is self.labels:
            return given
        return np.where(self.known == self.labels, given, np.uint8(0))

    def _free_ids(self) -> Collection[int]:
        return [self.classes.id_of(name) for name in self.settings.free_classes]


def labels_of(segmentation: Segmentation, classes: ClassTable, settings: Settings) -> Pixels:
    """Gives the class ids of ~/mask.

    Args:
        segmentation: with confidence where `min_confidence` is set.
        classes: what the ids mean.
        settings: which pixels are labelled.

    Returns:
        uint8 (H, W), 255 where unlabelled; may be the segmentation's own.
    """
    kept = settings.kept_classes
    ids = None if kept is None else [classes.id_of(name) for name in kept]
    return segmentation.mask(settings.min_confidence, ids)
