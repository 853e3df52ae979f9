# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The AttendSeg network: an encoder of attention condensers and a refining decoder."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from attendseg_ros.network.blocks import ConvNormAct, DenseResidual, InvertedResidual
from attendseg_ros.network.condenser import AttentionCondenser
from attendseg_ros.network.shape import Shape, Stage

SIZE_MULTIPLE = 64


def _upsampled(x: torch.Tensor) -> torch.Tensor:
    # Nearest stays in 8 bits on every engine, where bilinear is computed in float; a convolution
    # that smooths the steps follows each time.
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


def _stage(
    blocks: list[nn.Module], channels: int, embedding: int, condensers: str = "blocks"
) -> nn.Sequential:
    """Puts a condenser after every block, so that each can select what the next one sees.

    Or after the last one only. Names are the same either way: a place is left for the others.
    """
    layers: list[nn.Module] = []
    for block in blocks:
        layers.append(block)
        if not embedding:
            continue
        left_out = condensers == "stages" and block is not blocks[-1]
        layers.append(nn.Identity() if left_out else AttentionCondenser(channels, embedding))
    return nn.Sequential(*layers)


def _inverted_stage(in_channels: int, stage: Stage, shape: Shape) -> nn.Sequential:
    channels, kernel = stage.channels, shape.depthwise_kernel
    entry = InvertedResidual(in_channels, channels, stage.entry_expansion * in_channels, 2, kernel)
    rest = (
        InvertedResidual(channels, channels, stage.expansion * channels, 1, kernel)
        for _ in range(stage.blocks - 1)
    )
    return _stage([entry, *rest], channels, stage.embedding, shape.condensers)


def _to_stride_4(shape: Shape) -> ConvNormAct:
    """The convolution that ends at stride 4: of what the stem gives, or of the image."""
    channels = shape.stride_4.channels
    if shape.stem:
        return ConvNormAct(shape.stem, channels, stride=2)
    kernel = shape.patch_kernel
    return ConvNormAct(3, channels, kernel, stride=4, padding=(kernel - 4) // 2)


class Encoder(nn.Module):
    """Features at strides 4, 8, 16 and 32."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        c4, c8 = shape.stride_4.channels, shape.stride_8.channels
        self.stem = ConvNormAct(3, shape.stem, stride=2) if shape.stem else nn.Identity()
        convolutions = nn.Sequential(
            _to_stride_4(shape),
            *(ConvNormAct(c4, c4) for _ in range(shape.stride_4.blocks)),
        )
        self.stride_4 = _stage([convolutions], c4, shape.stride_4.embedding)
        self.stride_8 = nn.Sequential(
            ConvNormAct(c4, c8, stride=2),
            _stage(
                [DenseResidual(c8) for _ in range(shape.stride_8.blocks)],
                c8,
                shape.stride_8.embedding,
                shape.condensers,
            ),
        )
        self.stride_16 = _inverted_stage(c8, shape.stride_16, shape)
        self.stride_32 = _inverted_stage(shape.stride_16.channels, shape.stride_32, shape)

    def forward(
        self, x: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Maps float (N, 3, H, W) to features at strides 4, 8, 16 and 32."""
        f4 = self.stride_4(self.stem(x))
        f8 = self.stride_8(f4)
        f16 = self.stride_16(f8)
        return f4, f8, f16, self.stride_32(f16)


class Decoder(nn.Module):
    """Refines the deepest features step by step with the finer ones, up to stride 4 or 8.

    A global average of the deepest features is added first: what kind of scene it is decides
    much of what a grey patch can be.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width = shape.decoder
        c32 = shape.stride_32.channels
        self.context = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(c32, width, 1), nn.ReLU(inplace=True)
        )
        self.lateral_32 = ConvNormAct(c32, width, 1)
        self.lateral_16 = ConvNormAct(shape.stride_16.channels, width, 1, activation=False)
        self.lateral_8 = ConvNormAct(shape.stride_8.channels, width, 1, activation=False)
        self.ends_at_8 = shape.head == 0
        if shape.head:
            self.lateral_4 = ConvNormAct(shape.stride_4.channels, shape.head, 1, activation=False)
        self.refine_16 = nn.Sequential(
            ConvNormAct(width, width, shape.depthwise_kernel, depthwise=True, activation=False),
            ConvNormAct(width, width, 1),
        )
        self.refine_8 = _stage([ConvNormAct(width, width)], width, shape.decoder_embedding)
        if shape.head:
            self.narrow = ConvNormAct(width, shape.head, 1, activation=False)
            self.refine_4 = ConvNormAct(shape.head, shape.head)

    def forward(
        self, f4: torch.Tensor, f8: torch.Tensor, f16: torch.Tensor, f32: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Returns refined features at the output's stride and at stride 8, which may be one."""
        deepest = self.lateral_32(f32) + self.context(f32)
        at_16 = self.refine_16(functional.relu(_upsampled(deepest) + self.lateral_16(f16)))
        at_8 = self.refine_8(functional.relu(_upsampled(at_16) + self.lateral_8(f8)))
        if self.ends_at_8:
            return at_8, at_8
        at_4 = functional.relu(_upsampled(self.narrow(at_8)) + self.lateral_4(f4))
        return self.refine_4(at_4), at_8


class AttendSeg(nn.Module):
    """Semantic segmentation with attention condensers, in at most 1.19 million parameters.

    The mechanism and the budget are those of Wen et al., AttendSeg (arXiv 2104.14623); its channel
    counts and strides were never published, so the shape is our own. By default: dense 3x3
    convolutions at stride 8, inverted residuals with 5x5 depthwise convolutions at strides 16 and
    32, where the wider view costs next to nothing, a condenser after each block, and an additive
    decoder that ends at stride 4.
    """

    def __init__(self, num_classes: int, shape: Shape) -> None:
        super().__init__()
        self.encoder = Encoder(shape)
        self.decoder = Decoder(shape)
        self.head = nn.Conv2d(shape.head or shape.decoder, num_classes, 1)
        # What the head itself reads needs no other head to learn.
        self.auxiliary_8 = nn.Conv2d(shape.decoder, num_classes, 1) if shape.head else None
        self.auxiliary_16 = nn.Conv2d(shape.stride_16.channels, num_classes, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor | tuple[torch.Tensor, ...]:
        """Maps images to logits.

        Args:
            x: float (N, 3, H, W), RGB, normalised as (value - 128) / 64; H and W multiples of
                SIZE_MULTIPLE.

        Returns:
            Logits, float (N, C, H / stride, W / stride) of the shape's output stride. In training
            mode a tuple with the logits of the auxiliary heads behind them: at stride 8, if the
            output is finer, and at 16.
        """
        f4, f8, f16, f32 = self.encoder(x)
        finest, at_8 = self.decoder(f4, f8, f16, f32)
        logits: torch.Tensor = self.head(finest)
        if not self.training:
            return logits
        if self.auxiliary_8 is None:
            return logits, self.auxiliary_16(f16)
        return logits, self.auxiliary_8(at_8), self.auxiliary_16(f16)


def build_attendseg(num_classes: int, shape: Shape | None = None) -> AttendSeg:
    """Returns a freshly initialised network, of the default shape unless another is given.

    Raises:
        ValueError: if num_classes is not between 2 and 255 (255 is the id of unlabelled pixels).
    """
    if not 2 <= num_classes <= 255:
        raise ValueError(f"num_classes must be between 2 and 255, got {num_classes}")
    return AttendSeg(num_classes, shape or Shape())
