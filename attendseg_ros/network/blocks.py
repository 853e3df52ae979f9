# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Convolution blocks that the AttendSeg network is put together from."""

from __future__ import annotations

import torch
from torch import nn


def is_convolution_weight(tensor: torch.Tensor) -> bool:
    """Whether a network's tensor is a convolution's weight: (out, in, height, width).

    A condenser's scales have four dimensions too, (1, C, 1, 1); no convolution has one output.
    """
    return tensor.ndim == 4 and tensor.shape[0] > 1


class DepthwiseConv(nn.Conv2d):
    """A convolution of each channel on its own, computed in float32.

    Under bfloat16 autocast oneDNN's backward pass of 5x5 depthwise convolutions takes 2 to 6 times
    as long as in float32, a quarter of a whole training step.
    """

    def __init__(self, channels: int, kernel_size: int, stride: int = 1) -> None:
        super().__init__(
            channels,
            channels,
            kernel_size,
            stride,
            padding=kernel_size // 2,
            groups=channels,
            bias=False,
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, C, H, W) to (N, C, H / stride, W / stride) of the same type."""
        with torch.autocast(x.device.type, enabled=False):
            return super().forward(x.float()).to(x.dtype)


class ConvNormAct(nn.Sequential):
    """Convolution, batch normalisation and, unless told otherwise, ReLU.

    Unless another padding is given, it keeps the size at stride 1 and halves it at stride 2 for
    odd kernels.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int = 3,
        stride: int = 1,
        depthwise: bool = False,
        activation: bool = True,
        padding: int | None = None,
    ) -> None:
        super().__init__()
        self.add_module(
            "conv",
            DepthwiseConv(in_channels, kernel_size, stride)
            if depthwise
            else nn.Conv2d(
                in_channels,
                out_channels,
                kernel_size,
                stride,
                padding=kernel_size // 2 if padding is None else padding,
                bias=False,
            ),
        )
        self.add_module("norm", nn.BatchNorm2d(out_channels))
        if activation:
            self.add_module("act", nn.ReLU(inplace=True))


class DenseResidual(nn.Module):
    """Two dense 3x3 convolutions with a shortcut.

    At stride 8 a dense 3x3 runs near the processor's peak, where a depthwise one of the same
    accuracy is bound by memory: more multiplications, less time.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = ConvNormAct(channels, channels)
        self.second = ConvNormAct(channels, channels, activation=False)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps float (N, C, H, W) to the same shape."""
        result: torch.Tensor = self.act(x + self.second(self.first(x)))
        return result


class InvertedResidual(nn.Module):
    """Pointwise expansion, depthwise, pointwise projection; a shortcut where shapes allow.

    After Sandler et al., MobileNetV2 (arXiv 1801.04381).
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        expanded_channels: int,
        stride: int = 1,
        kernel_size: int = 5,
    ) -> None:
        super().__init__()
        self.expand = ConvNormAct(in_channels, expanded_channels, kernel_size=1)
        self.depthwise = ConvNormAct(
            expanded_channels, expanded_channels, kernel_size, stride, depthwise=True
        )
        self.project = ConvNormAct(expanded_channels, out_channels, 1, activation=False)
        self.shortcut = stride == 1 and in_channels == out_channels

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps float (N, in, H, W) to (N, out, H / stride, W / stride)."""
        y: torch.Tensor = self.project(self.depthwise(self.expand(x)))
        return x + y if self.shortcut else y
