# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""EdgeSegNet, after Lin, Chwyl and Wong (arXiv 1905.04222).

Its modules are drawn with 13, 193 and 217 channels; it is quoted with about 7 M parameters
(28.3 MB) and 89.2 % pixel accuracy on CamVid. What is drawn adds up to 4.3 M parameters. The
difference, the code and the weights are not published, so this is the drawing and not a copy of
what was measured there.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

_STEM, _MIDDLE, _WIDE = 13, 193, 217


class BottleneckReduction(nn.Sequential):
    """A strided convolution to an eighth of the size, mixed and smoothed."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, stride=8, padding=1),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 1),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1),
        )


class ResidualBottleneck(nn.Module):
    """Pre-activated bottleneck of stride 2, added to a strided convolution of its input."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.activation = nn.Sequential(nn.BatchNorm2d(inputs), nn.ReLU())
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 1),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, stride=2, padding=1),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 1),
        )
        self.shortcut = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, inputs, H, W) to (N, outputs, H / 2, W / 2)."""
        x = self.activation(x)
        result: torch.Tensor = self.body(x) + self.shortcut(x)
        return result


class Refine(nn.Module):
    """A pointwise convolution with a residual branch of one pointwise and two 3x3 convolutions."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.entry = nn.Conv2d(inputs, outputs, 1)
        self.body = nn.Sequential(
            nn.Conv2d(outputs, outputs, 1),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, inputs, H, W) to (N, outputs, H, W)."""
        x = self.entry(x)
        result: torch.Tensor = x + self.body(x)
        return result


def _enlarged(x: torch.Tensor, factor: int) -> torch.Tensor:
    return functional.interpolate(x, scale_factor=float(factor), mode="bilinear")


class EdgeSegNet(nn.Module):
    """Three paths of different depth, added on the way up."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, _STEM, 7, stride=2, padding=3)
        self.pooling = nn.MaxPool2d(3, stride=2, padding=1)
        self.deep = BottleneckReduction(_STEM, _MIDDLE)
        self.middle = nn.Sequential(ResidualBottleneck(_STEM, _MIDDLE), Refine(_MIDDLE, _MIDDLE))
        self.shallow = Refine(_STEM, _WIDE)
        self.refine_8 = Refine(_MIDDLE, _WIDE)
        self.refine_4 = Refine(_WIDE, _WIDE)
        self.classifier = nn.Conv2d(_WIDE, classes, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps float (N, 3, H, W), multiples of 32, to logits (N, classes, H, W)."""
        half = self.stem(x)
        quarter = self.pooling(half)
        x = _enlarged(self.deep(half), 2) + self.middle(quarter)
        x = _enlarged(self.refine_8(x), 2) + self.shallow(quarter)
        logits: torch.Tensor = self.classifier(_enlarged(self.refine_4(x), 4))
        return logits
