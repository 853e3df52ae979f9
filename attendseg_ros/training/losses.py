# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The training loss."""

from __future__ import annotations

import torch
from torch.nn import functional

from attendseg_ros.labels import UNLABELLED

AUXILIARY_WEIGHT = 0.3


def segmentation_loss(
    outputs: tuple[torch.Tensor, ...],
    labels: torch.Tensor,
    weights: torch.Tensor,
    jaccard_weight: float = 0.0,
) -> torch.Tensor:
    """Class-weighted cross-entropy and soft Jaccard loss of the logits, and auxiliary ones.

    Args:
        outputs: logits first, then auxiliary logits, each float (N, C, H / s, W / s).
        labels: class ids, int64 (N, H, W), 255 where unlabelled.
        weights: class weights of the cross-entropy, float32 (C,).
        jaccard_weight: of the soft Jaccard loss of the logits.

    Returns:
        The loss, a scalar. The logits are compared at the labels' size; auxiliary logits at their
        own, with the labels subsampled, since they only have to point the way.
    """
    main, *auxiliary = outputs
    # Channels-last logits make the interpolation and the loss half as fast again.
    upsampled = functional.interpolate(
        main.float().contiguous(), size=labels.shape[-2:], mode="bilinear", align_corners=False
    )
    loss = _cross_entropy(upsampled, labels, weights)
    if jaccard_weight > 0:
        loss = loss + jaccard_weight * _soft_jaccard(upsampled, labels)
    for logits in auxiliary:
        step = labels.shape[-1] // logits.shape[-1]
        # The middle of each cell stands for it; its corner would shift everything half a cell.
        coarse = labels[:, step // 2 :: step, step // 2 :: step]
        loss = loss + AUXILIARY_WEIGHT * _cross_entropy(logits.float(), coarse, weights)
    return loss


def _cross_entropy(
    logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor
) -> torch.Tensor:
    total = functional.cross_entropy(
        logits, labels, weights, ignore_index=UNLABELLED, reduction="sum"
    )
    labelled = labels[labels != UNLABELLED]
    # A batch without any label must give zero, not zero divided by zero.
    return total / weights[labelled].sum().clamp(min=1.0)


def _soft_jaccard(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """One minus the mean over the batch's classes of their IoU, with probabilities for counts.

    Every class counts alike, however few its pixels: what mean IoU asks for. After Rahman and
    Wang, Optimizing Intersection-Over-Union in Deep Neural Networks (ISVC 2016).
    """
    labelled = (labels != UNLABELLED)[:, None]
    probabilities = logits.softmax(dim=1) * labelled
    ids = torch.where(labelled[:, 0], labels, torch.zeros_like(labels))
    truth = functional.one_hot(ids, logits.shape[1]).permute(0, 3, 1, 2) * labelled
    intersection = (probabilities * truth).sum(dim=(0, 2, 3))
    pixels = truth.sum(dim=(0, 2, 3))
    union = probabilities.sum(dim=(0, 2, 3)) + pixels - intersection
    present = pixels > 0
    if not present.any():
        return logits.sum() * 0.0
    # The one pixel that is added keeps a class that is hardly there from deciding all.
    return (1.0 - (intersection + 1.0) / (union + 1.0))[present].mean()
