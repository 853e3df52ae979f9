# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Rivals from `transformers`, built from configurations with random weights: nothing is loaded."""

from __future__ import annotations

from typing import Any

import torch
import transformers
from torch import nn


class Logits(nn.Module):
    """A network of `transformers` that gives its logits alone."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Maps float (1, 3, H, W) to logits at the network's own stride."""
        logits: torch.Tensor = self.network(image).logits
        return logits


def segformer_b0(classes: int) -> nn.Module:
    """SegFormer-B0, which is what the default configuration describes."""
    config = transformers.SegformerConfig(num_labels=classes)
    return Logits(transformers.SegformerForSemanticSegmentation(config)).eval()


def deeplab_mobilenet_v2(classes: int) -> nn.Module:
    """DeepLabV3+ on MobileNetV2 of width 1.0."""
    config = transformers.MobileNetV2Config(num_labels=classes, output_stride=16, tf_padding=False)
    return Logits(transformers.MobileNetV2ForSemanticSegmentation(config)).eval()


def mobilevit_small(classes: int) -> nn.Module:
    """MobileViT-S with a DeepLabV3 head, which is what the default configuration describes."""
    config = transformers.MobileViTConfig(num_labels=classes, output_stride=16)
    return Logits(transformers.MobileViTForSemanticSegmentation(config)).eval()
