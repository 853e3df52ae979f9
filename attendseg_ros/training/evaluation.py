# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Scores of a torch network on a labelled set."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import nn

from attendseg_ros.errors import LogitsError
from attendseg_ros.inference.decode import Decoder
from attendseg_ros.inference.resize import Resizer
from attendseg_ros.labels import ClassTable
from attendseg_ros.progress import progress_of
from attendseg_ros.training.augmentation import PairSource
from attendseg_ros.training.dataset import LabelledSet
from attendseg_ros.training.group_scores import group_score, mean_over_groups
from attendseg_ros.training.metrics import ConfusionMatrix
from attendseg_ros.training.samples import normalised
from attendseg_ros.training.splits import Splits


def evaluate_network(
    network: nn.Module, source: PairSource, num_classes: int, input_size: tuple[int, int]
) -> ConfusionMatrix:
    """Evaluates a network image by image, at each image's own size.

    Args:
        network: maps float32 (1, 3, H, W) to logits; its mode is set to evaluation and restored.
        source: labelled images.
        num_classes: number of classes C.
        input_size: width and height that images are resized to for the network.

    Returns:
        The confusion matrix over all images.

    Raises:
        LogitsError: the network's result is not finite: its training has diverged.
    """
    confusion = ConfusionMatrix(num_classes)
    # Both as a robot does it, so that what 8 bits cost is all that differs from a bundle's scores.
    resizer, decoder = Resizer(input_size), Decoder(range(num_classes), input_size)
    was_training = network.training
    network.eval()
    with torch.inference_mode():
        for index in progress_of(range(len(source)), desc="evaluating", leave=False):
            rgb, truth = source[index]
            logits = network(normalised(torch.from_numpy(resizer.resize(rgb))[None]))
            size = (truth.shape[1], truth.shape[0])
            try:
                labels, _ = decoder.decode(logits[0].contiguous().numpy(), size)
            except LogitsError as error:
                raise LogitsError(
                    f"image {index} of the set: the network's logits are NaN or infinite, so its "
                    "training has diverged: lower the learning rate and train again"
                ) from error
            confusion.update(labels, truth)
    network.train(was_training)
    return confusion


def check_finite(loss: float, epoch: int) -> None:
    """Checks the mean loss of an epoch.

    Raises:
        LogitsError: it is not finite: the training has diverged.
    """
    if not math.isfinite(loss):
        raise LogitsError(
            f"the loss of epoch {epoch} is {loss}, so the training has diverged: lower the "
            "learning rate and train again"
        )


def score_network(
    network: nn.Module, splits: Splits, classes: ClassTable, input_size: tuple[int, int]
) -> dict[str, Any]:
    """Scores a network on what a run holds back.

    Returns:
        ``mean_iou``, ``pixel_accuracy`` and ``per_class_iou`` (a list, NaN for a class not seen),
        shares in 0..1. Where groups are held out these are means over them, and ``groups`` holds
        each one's as `group_score` gives them.
    """

    def confusion_on(labelled: LabelledSet) -> ConfusionMatrix:
        return evaluate_network(network, labelled, len(classes), input_size)

    if not splits.groups:
        confusion = confusion_on(splits.val)
        return {
            "mean_iou": confusion.mean_iou,
            "pixel_accuracy": confusion.pixel_accuracy,
            "per_class_iou": confusion.per_class_iou.tolist(),
        }
    groups = {
        name: group_score(confusion_on(labelled), classes.names, len(labelled))
        for name, labelled in splits.groups.items()
    }
    mean = mean_over_groups(groups)
    per_class = [mean["per_class_iou"][name] for name in classes.names]
    return {
        "mean_iou": mean["mean_iou"],
        "pixel_accuracy": mean["pixel_accuracy"],
        "per_class_iou": [np.nan if iou is None else iou for iou in per_class],
        "groups": groups,
    }
