# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What comes of one image: labels, confidence and the times of the stages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.labels import drop_uncertain, keep_classes


@dataclass(frozen=True)
class StageTimes:
    """Milliseconds spent on one image: to the network's size, in the network, on its result."""

    resize_ms: float
    network_ms: float
    decode_ms: float


@dataclass(frozen=True)
class Segmentation:
    """The result for one image; the arrays are the caller's own.

    Attributes:
        labels: uint8 (H, W) class ids at the image's size, or at the one asked for.
        confidence: uint8 (H, W), the winning class's probability times 255; None if not asked for,
            and of a model that does not tell (`Bundle.gives_confidence`).
        times: how long each stage took.
        input_size: width and height at which the network saw it.
        foreignness: of this image alone, see `Familiarity.foreignness`; NaN where it is not known.
    """

    labels: NDArray[np.uint8]
    confidence: NDArray[np.uint8] | None
    times: StageTimes
    input_size: tuple[int, int]
    foreignness: float = nan

    def mask(
        self, min_confidence: float = 0.0, kept_ids: Collection[int] | None = None
    ) -> NDArray[np.uint8]:
        """The labels that are sure enough and of the classes wanted.

        Args:
            min_confidence: 0.0 to 1.0; pixels the network is less sure of become unlabelled, which
                takes the confidence.
            kept_ids: all other classes become unlabelled; None keeps all.

        Returns:
            uint8 (H, W), 255 where unlabelled; may be `labels` itself.
        """
        mask = self.labels
        if min_confidence > 0.0 and self.confidence is not None:
            mask = drop_uncertain(mask, self.confidence, min_confidence)
        return mask if kept_ids is None else keep_classes(mask, kept_ids)
