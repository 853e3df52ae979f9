# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A network with each of the real one's patterns once, for tests of its graphs."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from attendseg_ros.network.blocks import ConvNormAct, DenseResidual, InvertedResidual
from attendseg_ros.network.condenser import AttentionCondenser

CLASSES = 3


class SmallNetwork(nn.Module):
    """Stem, both kinds of residuals, a condenser, a global average and an upsampled sum."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvNormAct(3, 8, stride=2)
        self.dense = DenseResidual(8)
        self.condenser = AttentionCondenser(8, 4)
        self.down = InvertedResidual(8, 8, 16, stride=2)
        self.inverted = InvertedResidual(8, 8, 16)
        self.context = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 8, 1), nn.ReLU())
        self.lateral = ConvNormAct(8, 8, 1, activation=False)
        self.head = nn.Conv2d(8, CLASSES, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps float (N, 3, H, W) to (N, CLASSES, H / 2, W / 2)."""
        fine = self.condenser(self.dense(self.stem(x)))
        deep = self.inverted(self.down(fine))
        deep = functional.relu(deep + self.context(deep))
        wide = functional.interpolate(deep, scale_factor=2.0, mode="nearest")
        logits: torch.Tensor = self.head(functional.relu(wide + self.lateral(fine)))
        return logits


def small_network() -> SmallNetwork:
    """The same one each time, in evaluation mode, with statistics that are not those of a start."""
    torch.manual_seed(0)
    network = SmallNetwork()
    network.train()
    for image in small_images(4):
        planes = torch.from_numpy(image).permute(2, 0, 1).float()
        network((planes[None] - 128) / 64)
    return network.eval()


def small_images(count: int) -> list[NDArray[np.uint8]]:
    """uint8 (64, 128, 3) each: smooth, as pictures are."""
    random = np.random.default_rng(1)
    coarse = random.integers(0, 256, (count, 8, 16, 3), dtype=np.uint8)
    return [np.ascontiguousarray(np.kron(image, np.ones((8, 8, 1), np.uint8))) for image in coarse]
