# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Scores by group, and their mean: each sequence counts the same, however long it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from attendseg_ros.training.metrics import ConfusionMatrix


def group_score(confusion: ConfusionMatrix, names: Sequence[str], images: int) -> dict[str, Any]:
    """The scores of one group, shares in 0..1, as plain values for JSON.

    A class without a labelled pixel in the group has no IoU there and is named: whatever is taken
    for it costs the class that it is.

    Args:
        confusion: of the group's images.
        names: of the classes, in the order of the matrix.
        images: how many.
    """
    shown = confusion.counts.sum(axis=1) > 0
    iou = np.where(shown, confusion.per_class_iou, np.nan)
    return {
        "images": images,
        "mean_iou": _mean(iou),
        "pixel_accuracy": _mean([confusion.pixel_accuracy]),
        "per_class_iou": {name: _mean([share]) for name, share in zip(names, iou, strict=True)},
        "classes_without_pixels": [
            name for name, is_shown in zip(names, shown, strict=True) if not is_shown
        ],
    }


def mean_over_groups(groups: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The mean of some groups' scores; each group counts once, a class where it is shown.

    Args:
        groups: by name, as `group_score` gives them; at least one.
    """
    scores = list(groups.values())
    return {
        "groups": len(scores),
        "mean_iou": _mean(score["mean_iou"] for score in scores),
        "pixel_accuracy": _mean(score["pixel_accuracy"] for score in scores),
        "per_class_iou": {
            name: _mean(score["per_class_iou"][name] for score in scores)
            for name in scores[0]["per_class_iou"]
        },
        "classes_without_pixels": [
            name
            for name in scores[0]["per_class_iou"]
            if all(name in score["classes_without_pixels"] for score in scores)
        ],
    }


def _mean(values: Iterable[float | None]) -> float | None:
    """The mean of what there is; None if there is nothing."""
    known = [float(value) for value in values if value is not None and not np.isnan(value)]
    return sum(known) / len(known) if known else None
