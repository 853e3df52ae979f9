# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How a training step changes weights: optimizer, schedule, average."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from attendseg_ros.network.blocks import is_convolution_weight

WARM_UP_SHARE = 0.05


def adamw(network: nn.Module, learning_rate: float, weight_decay: float) -> torch.optim.AdamW:
    """AdamW whose decay pulls on convolution weights only.

    Biases, norms and condenser scales are few and free.
    """
    decayed = [p for p in network.parameters() if is_convolution_weight(p)]
    free = [p for p in network.parameters() if not is_convolution_weight(p)]
    groups: list[dict[str, Any]] = [{"params": decayed}, {"params": free, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=learning_rate, weight_decay=weight_decay, fused=True)


def learning_rate_at(step: int, steps: int, peak: float) -> float:
    """The learning rate at a step: linear warm-up, then half a cosine from the peak to zero."""
    warm_up = max(1, round(WARM_UP_SHARE * steps))
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak * 0.5 * (1.0 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


def moved_average(
    decay: float, average: torch.Tensor, current: torch.Tensor, updates: torch.Tensor | int
) -> torch.Tensor:
    """An exponential moving average that forgets its first, useless weights fast.

    The decay rises as (1 + n) / (10 + n) to its final value, as in TensorFlow's
    ExponentialMovingAverage with num_updates.
    """
    n = float(updates)
    return average + (current - average) * (1.0 - min(decay, (1.0 + n) / (10.0 + n)))


def mixed(
    one: Mapping[str, torch.Tensor], other: Mapping[str, torch.Tensor], share: float
) -> dict[str, torch.Tensor]:
    """Weights between two networks' of one shape: share of `one`, the rest of `other`.

    Counters, such as batch normalisation's of its batches, are those of `other`.
    """
    return {
        name: torch.lerp(value, one[name], share) if value.is_floating_point() else value
        for name, value in other.items()
    }
