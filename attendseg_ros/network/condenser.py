# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The attention condenser: self-attention computed on a condensed embedding."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from attendseg_ros.network.blocks import ConvNormAct


class AttentionCondenser(nn.Module):
    """Selective attention from a condensed embedding of the activations V.

    After Wong et al., TinySpeech (arXiv 2008.04245), section 2: condense ``Q = C(V)``, embed
    ``K = E(Q)``, expand ``A = X(K)``, attend ``V' = V * A * S + V`` with S learned, one scale a
    channel here. C is max pooling, E a depthwise and a pointwise convolution (local, then
    cross-channel relations), X a pointwise convolution, a sigmoid and nearest upsampling.

    Upsampling keeps constants and commutes with scaling, so ``V * up(A) * S + V`` equals
    ``V * up(A * S + 1)``: everything but one multiplication happens at the condensed size.
    """

    def __init__(self, channels: int, embedding_channels: int, condensation: int = 2) -> None:
        """Makes a condenser.

        Args:
            channels: channels of V.
            embedding_channels: channels of the embedding K.
            condensation: factor by which C shrinks height and width.
        """
        super().__init__()
        self.condense = nn.MaxPool2d(condensation)
        self.embed = nn.Sequential(
            ConvNormAct(channels, channels, 3, depthwise=True, activation=False),
            ConvNormAct(channels, embedding_channels, 1),
        )
        self.expand = nn.Conv2d(embedding_channels, channels, 1)
        self.scale = nn.Parameter(torch.ones(1, channels, 1, 1))
        self.condensation = float(condensation)

    def attention(self, values: torch.Tensor) -> torch.Tensor:
        """Returns A at the condensed size: float (N, C, H / condensation, W / condensation)."""
        return torch.sigmoid(self.expand(self.embed(self.condense(values))))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Maps V, float (N, C, H, W) with H and W multiples of the condensation, to V'."""
        gate = self.attention(values) * self.scale + 1.0
        return values * functional.interpolate(gate, scale_factor=self.condensation, mode="nearest")
