# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The training loss."""

from __future__ import annotations

import torch
from torch.nn import functional

from attendseg_ros.labels import UNLABELLED

AUXILIARY_WEIGHT = 0.3


def segmentation_loss(
    outputs: tuple[torch.Tensor, ...], labels: torch.Tensor, weights: torch.Tensor
) -> torch.Tensor:
    """Class-weighted cross-entropy of the logits and, with less weight, of the auxiliary heads.

    Args:
        outputs: Logits first, then auxiliary logits, each float (N, C, H / s, W / s).
        labels: Class ids, int64 (N, H, W), 255 where unlabelled.
        weights: Class weights, float32 (C,).

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
