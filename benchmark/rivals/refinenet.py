# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""RefineNet on ResNet-101, after Lin, Milan, Shen and Reid (CVPR 2017, arXiv 1611.06612)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

# Stages of ResNet-101 (He et al., arXiv 1512.03385, table 1): blocks and width of each.
_STAGES = ((3, 64), (4, 128), (23, 256), (3, 512))
_EXPANSION = 4

# Features of each RefineNet block, from the deepest up.
_FEATURES = (512, 256, 256, 256)

# Poolings in the chain, and residual units before and after the fusion.
_POOLINGS = 4
_UNITS_BEFORE, _UNITS_AFTER = 2, 3


def _conv(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class Bottleneck(nn.Module):
    """ResNet's bottleneck."""

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        outputs = _EXPANSION * width
        self.body = nn.Sequential(
            _conv(inputs, width, 1),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            _conv(width, width, 3, stride),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            _conv(width, outputs, 1),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                _conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs)
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, inputs, H, W) to (N, 4 * width, H / stride, W / stride)."""
        return functional.relu(self.body(x) + self.shortcut(x))


class ResidualUnits(nn.Sequential):
    """Residual convolution units: ReLU and 3x3 convolution twice, added to the input."""

    def __init__(self, features: int, count: int) -> None:
        super().__init__(*(_ResidualUnit(features) for _ in range(count)))


class _ResidualUnit(nn.Module):
    def __init__(self, features: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(features, features, 3, padding=1),
            nn.ReLU(),
            _conv(features, features),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        residual: torch.Tensor = self.body(x)
        return x + residual


class ChainedPooling(nn.Module):
    """Chained residual pooling: 5x5 maximum and convolution, each added to the sum so far."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(_conv(features, features) for _ in range(_POOLINGS))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Keeps the shape."""
        total = path = functional.relu(x)
        for convolution in self.convolutions:
            path = convolution(functional.max_pool2d(path, 5, stride=1, padding=2))
            total = total + path
        return total


class RefineBlock(nn.Module):
    """Fuses features of one stage with the refined ones from below."""

    def __init__(self, features: int, below: int | None) -> None:
        super().__init__()
        self.before = ResidualUnits(features, _UNITS_BEFORE)
        self.own = _conv(features, features) if below is not None else nn.Identity()
        self.below = None if below is None else _conv(below, features)
        self.pooling = ChainedPooling(features)
        self.after = ResidualUnits(features, _UNITS_AFTER)

    def forward(self, own: torch.Tensor, below: torch.Tensor | None) -> torch.Tensor:
        """Maps (N, features, H, W), with the refined ones at half the size, to the same shape."""
        fused: torch.Tensor = self.own(self.before(own))
        if self.below is not None and below is not None:
            size = fused.shape[-2:]
            fused = fused + functional.interpolate(self.below(below), size=size, mode="bilinear")
        refined: torch.Tensor = self.after(self.pooling(fused))
        return refined


class RefineNet101(nn.Module):
    """Four cascaded RefineNet blocks on ResNet-101."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            _conv(3, 64, 7, 2), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        self.stages = nn.ModuleList(_resnet_stages())
        depths = [_EXPANSION * width for _, width in reversed(_STAGES)]
        self.reductions = nn.ModuleList(
            _conv(depth, features) for depth, features in zip(depths, _FEATURES, strict=True)
        )
        lower: Sequence[int | None] = (None, *_FEATURES[:-1])
        self.blocks = nn.ModuleList(
            RefineBlock(features, below) for features, below in zip(_FEATURES, lower, strict=True)
        )
        self.classifier = nn.Conv2d(_FEATURES[-1], classes, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps float (N, 3, H, W), multiples of 32, to logits (N, classes, H / 4, W / 4)."""
        x = self.stem(x)
        features = []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        refined: torch.Tensor | None = None
        for own, reduction, block in zip(
            reversed(features), self.reductions, self.blocks, strict=True
        ):
            refined = block(reduction(own), refined)
        logits: torch.Tensor = self.classifier(refined)
        return logits


def _resnet_stages() -> list[nn.Module]:
    stages: list[nn.Module] = []
    inputs = 64
    for number, (count, width) in enumerate(_STAGES):
        blocks = []
        for index in range(count):
            stride = 2 if number and not index else 1
            blocks.append(Bottleneck(inputs, width, stride))
            inputs = _EXPANSION * width
        stages.append(nn.Sequential(*blocks))
    return stages
