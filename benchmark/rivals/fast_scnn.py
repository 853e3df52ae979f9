# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Fast-SCNN, after Poudel, Liwicki and Cipolla (arXiv 1902.04502), table 1 and section 3.

The fastest of the small networks in float: few multiply-accumulates, most of them far down. No
accuracy is published for CamVid.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

_POOLS = (1, 2, 3, 6)


def _convolution(inputs: int, outputs: int, kernel: int = 1, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


def _depthwise(channels: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, channels, 3, stride, dilation, dilation, channels, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU(),
    )


def _separable(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(_depthwise(inputs, stride), _convolution(inputs, outputs))


class Bottleneck(nn.Module):
    """An inverted residual of MobileNetV2 with expansion 6."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _convolution(inputs, 6 * inputs),
            _depthwise(6 * inputs, stride),
            nn.Conv2d(6 * inputs, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, inputs, H, W) to (N, outputs, H / stride, W / stride)."""
        y: torch.Tensor = self.body(x)
        return x + y if self.shortcut else y


class PyramidPooling(nn.Module):
    """The features and their means over 1, 2, 3 and 6 parts a side, mixed."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Sequential(nn.AdaptiveAvgPool2d(parts), _convolution(channels, channels // 4))
            for parts in _POOLS
        )
        self.mix = _convolution(2 * channels, channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, C, H, W), H and W multiples of 6, to the same shape."""
        size = x.shape[-2:]
        pooled = [functional.interpolate(each(x), size, mode="bilinear") for each in self.branches]
        result: torch.Tensor = self.mix(torch.cat([x, *pooled], dim=1))
        return result


class FastScnn(nn.Module):
    """Two branches that share their first layers, added at stride 8."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.downsample = nn.Sequential(
            _convolution(3, 32, 3, 2), _separable(32, 48, 2), _separable(48, 64, 2)
        )
        widths = [(64, 64, 2), (64, 64, 1), (64, 64, 1), (64, 96, 2), (96, 96, 1), (96, 96, 1)]
        widths += [(96, 128, 1), (128, 128, 1), (128, 128, 1)]
        self.deep = nn.Sequential(*(Bottleneck(*each) for each in widths), PyramidPooling(128))
        self.fuse_deep = nn.Sequential(
            _depthwise(128, dilation=4), nn.Conv2d(128, 128, 1), nn.BatchNorm2d(128)
        )
        self.fuse_shallow = nn.Sequential(nn.Conv2d(64, 128, 1), nn.BatchNorm2d(128))
        self.classifier = nn.Sequential(
            _separable(128, 128), _separable(128, 128), nn.Conv2d(128, classes, 1)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps float (N, 3, H, W), multiples of 192, to logits (N, classes, H / 8, W / 8)."""
        shallow = self.downsample(x)
        deep = functional.interpolate(self.deep(shallow), scale_factor=4.0, mode="bilinear")
        fused = functional.relu(self.fuse_deep(deep) + self.fuse_shallow(shallow))
        logits: torch.Tensor = self.classifier(fused)
        return logits
