# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From an image to the mask that the node would publish with the same settings."""

from __future__ import annotations

from collections.abc import Sequence

from attendseg_ros.errors import DataError
from attendseg_ros.inference import Segmenter, StageTimes
from attendseg_ros.labels import ClassTable
from attendseg_ros.playback.bags.label_journal import Labels
from attendseg_ros.playback.frames import Image


class Labeller:
    """A segmenter with the node's parameters min_confidence and classes."""

    def __init__(
        self,
        segmenter: Segmenter,
        *,
        min_confidence: float = 0.0,
        kept_classes: Sequence[str] = (),
        confidence: bool = False,
    ) -> None:
        """Checks the settings.

        Args:
            segmenter: does the work; used by the calling thread only.
            min_confidence: 0.0 to 1.0; pixels the network is less sure of become unlabelled.
            kept_classes: names; all other classes become unlabelled. none given keeps all.
            confidence: whether results shall hold it.

        Raises:
            DataError: min_confidence is out of range, or the model gives no confidence and one is
                asked for.
            ClassTableError: the model has no such class; the message lists those it has.
        """
        if not 0.0 <= min_confidence <= 1.0:
            raise DataError(f"min_confidence must be from 0.0 to 1.0, got {min_confidence}")
        if (confidence or min_confidence > 0.0) and not segmenter.bundle.gives_confidence:
            raise DataError(
                f"model '{segmenter.bundle.name}' gives class ids without confidence: leave out "
                "--min-confidence and the output confidence"
            )
        self._segmenter = segmenter
        self._min_confidence = min_confidence
        self._kept_ids = [segmenter.bundle.classes.id_of(name) for name in kept_classes]
        self._confidence = confidence
        self.times: list[StageTimes] = []

    @property
    def classes(self) -> ClassTable:
        """The model's classes."""
        return self._segmenter.bundle.classes

    def __call__(self, rgb: Image) -> Labels:
        """Labels an image, uint8 (H, W, 3).

        Raises:
            ImageError: the image is too large.
            LogitsError: the network's result is not finite.
        """
        needed = self._confidence or self._min_confidence > 0.0
        segmentation = self._segmenter.segment(rgb, confidence=needed)
        self.times.append(segmentation.times)
        mask = segmentation.mask(self._min_confidence, self._kept_ids or None)
        return Labels(mask, segmentation.confidence if self._confidence else None)
