# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Scores of a bundle on a labelled set, through the very path a robot runs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import LogitsError
from attendseg_ros.inference import Segmenter
from attendseg_ros.labels import UNLABELLED, ClassTable
from attendseg_ros.progress import progress_of
from attendseg_ros.training.confidence import Reliability
from attendseg_ros.training.dataset import LabelledSet
from attendseg_ros.training.metrics import ConfusionMatrix


@dataclass(frozen=True)
class Scores:
    """What a model scored; shares in 0..1.

    Attributes:
        pixel_accuracy: labelled pixels that got their class.
        mean_iou: mean over the classes that occur; None if nothing is labelled.
        per_class_iou: by class name; None for a class neither seen nor predicted.
        images: how many were scored.
    """

    pixel_accuracy: float | None
    mean_iou: float | None
    per_class_iou: dict[str, float | None]
    images: int

    @classmethod
    def of(cls, confusion: ConfusionMatrix, classes: ClassTable, images: int) -> Scores:
        """Reads the scores off a confusion matrix whose rows are the classes in order."""
        return cls(
            pixel_accuracy=number(confusion.pixel_accuracy),
            mean_iou=number(confusion.mean_iou),
            per_class_iou={
                name: number(iou)
                for name, iou in zip(classes.names, confusion.per_class_iou, strict=True)
            },
            images=images,
        )

    def to_mapping(self) -> dict[str, Any]:
        """Plain values for JSON and YAML."""
        return asdict(self)


def number(value: float) -> float | None:
    """A score for JSON; None where nothing was there to score."""
    # NaN is no JSON.
    return None if np.isnan(value) else float(value)


def score(segmenter: Segmenter, labelled: LabelledSet) -> Scores:
    """Segments every image at its own size and compares all labelled pixels.

    Args:
        segmenter: of the model to score.
        labelled: the set, read with the model's class table.

    Raises:
        DataError: a file of the set is unfit; the message names it.
        LogitsError: the network's result for an image is not finite; the message names it. A score
            without that image would be a better one than the model's.
    """
    confusion, _ = compared(segmenter, labelled)
    return Scores.of(confusion, segmenter.bundle.classes, len(labelled))


def compared(
    segmenter: Segmenter, labelled: LabelledSet, reliability: Reliability | None = None
) -> tuple[ConfusionMatrix, list[int]]:
    """What `score` counts, and the positions of images without a single labelled pixel.

    Args:
        segmenter: of the model to score.
        labelled: the set, read with the model's class table.
        reliability: counts the confidence of the pixels, of a model that gives it.

    Raises:
        DataError: a file of the set is unfit; the message names it.
    """
    classes = segmenter.bundle.classes
    channel_of = _channels(classes)
    confusion = ConfusionMatrix(len(classes))
    unlabelled = []
    for index in progress_of(range(len(labelled)), desc="evaluating", unit="image", leave=False):
        rgb, truth = labelled[index]
        try:
            found = segmenter.segment(rgb, confidence=reliability is not None)
        except LogitsError as error:
            raise LogitsError(f"image {labelled.names[index]}: {error}") from None
        labels = found.labels
        if reliability is not None and found.confidence is not None:
            reliability.update(labels, found.confidence, truth)
        confusion.update(channel_of[labels], channel_of[truth])
        if (truth == UNLABELLED).all():
            unlabelled.append(index)
    return confusion, unlabelled


def scores_section(
    split: str, trained_on: bool, before: Scores, after: Scores, precision: str
) -> dict[str, Any]:
    """The scores as a bundle's model.yaml tells them.

    Args:
        split: name of the images that were scored.
        trained_on: whether training saw some of them.
        before: of the float network in torch.
        after: of the bundle.
        precision: of the bundle, "int8" or "fp32".
    """
    return {
        "split": split,
        "trained_on_split": trained_on,
        "images": after.images,
        "torch": _rounded(before),
        precision: _rounded(after),
    }


def _rounded(scores: Scores) -> dict[str, Any]:
    def short(share: float | None) -> float | None:
        return None if share is None else round(share, 4)

    return {
        "mean_iou": short(scores.mean_iou),
        "pixel_accuracy": short(scores.pixel_accuracy),
        "per_class_iou": {name: short(iou) for name, iou in scores.per_class_iou.items()},
    }


def _channels(classes: ClassTable) -> NDArray[np.uint8]:
    """uint8 (256,): position of each class id in the table, which is its row in the matrix."""
    table = np.full(256, UNLABELLED, np.uint8)
    table[list(classes.ids)] = np.arange(len(classes), dtype=np.uint8)
    return table
