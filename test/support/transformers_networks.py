# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Segmentation networks of Hugging Face's transformers, with what its image processors say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from support.foreign_families import Family, Image, settled, spread
from torch import nn


class Logits(nn.Module):
    """A network of transformers that gives a tensor in place of its own kind of result."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.network(pixel_values).logits
        return result


class LabelMap(nn.Module):
    """A network that gives the ids of the winning classes, as PaddleSeg exports them."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = Logits(network)

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        scores = self.network(pixel_values)
        size = pixel_values.shape[2:]
        whole = nn.functional.interpolate(scores, size=size, mode="bilinear", align_corners=False)
        return whole.argmax(dim=1).to(torch.int32)


def _of_transformers(
    model: str,
    config: str,
    processor: str,
    options: tuple[str, ...],
    size: tuple[int, int],
    is_dynamic: bool = False,
    module: Callable[[nn.Module], nn.Module] = Logits,
    **values: Any,
) -> Family:
    import transformers

    def build() -> nn.Module:
        network = getattr(transformers, model)(getattr(transformers, config)(**values))
        return settled(spread(network), size)

    own = getattr(transformers, processor)(
        do_resize=False, **({"do_center_crop": False} if "Mobile" in model else {})
    )

    def result_of(network: nn.Module, image: Image) -> Any:
        with torch.inference_mode():
            return network(own(images=image, return_tensors="pt")["pixel_values"])

    def ask(network: nn.Module, image: Image, shape: tuple[int, int]) -> NDArray[np.integer[Any]]:
        result = result_of(network, image)
        (labels,) = own.post_process_semantic_segmentation(result, [shape])
        found: NDArray[np.integer[Any]] = labels.numpy()
        return found

    def scores(network: nn.Module, image: Image) -> torch.Tensor:
        logits: torch.Tensor = result_of(network, image).logits
        return logits

    return Family(build, "transformers", ask, scores, options, size, is_dynamic, module)


def _convnext(**values: Any) -> Any:
    import transformers

    stages = ["stage1", "stage2", "stage3", "stage4"]
    return transformers.ConvNextConfig(out_features=stages, **values)


FAMILIES: dict[str, Callable[[], Family]] = {
    "segformer_b0": lambda: _of_transformers(
        "SegformerForSemanticSegmentation",
        "SegformerConfig",
        "SegformerImageProcessor",
        ("--classes", "ade20k", "--like", "imagenet", "--input-size", "256x192"),
        (256, 192),
        is_dynamic=True,
        num_labels=150,
    ),
    "segformer_ids": lambda: _of_transformers(
        "SegformerForSemanticSegmentation",
        "SegformerConfig",
        "SegformerImageProcessor",
        ("--classes", "cityscapes", "--like", "imagenet"),
        (256, 192),
        module=LabelMap,
        num_labels=19,
    ),
    "mobilevit_deeplab": lambda: _of_transformers(
        "MobileViTForSemanticSegmentation",
        "MobileViTConfig",
        "MobileViTImageProcessor",
        ("--classes", "pascal_voc", "--like", "0to1", "--bgr"),
        (256, 256),
        num_labels=21,
        image_size=256,
        output_stride=16,
    ),
    "mobilenetv2_deeplab": lambda: _of_transformers(
        "MobileNetV2ForSemanticSegmentation",
        "MobileNetV2Config",
        "MobileNetV2ImageProcessor",
        ("--classes", "pascal_voc", "--like", "minus1to1", "--input-size", "256x192"),
        (256, 192),
        is_dynamic=True,
        num_labels=21,
        output_stride=8,
    ),
    "beit": lambda: _of_transformers(
        "BeitForSemanticSegmentation",
        "BeitConfig",
        "BeitImageProcessor",
        ("--classes", "ade20k", "--like", "minus1to1"),
        (192, 192),
        num_labels=150,
        image_size=192,
        hidden_size=96,
        num_hidden_layers=4,
        num_attention_heads=4,
        intermediate_size=192,
        out_indices=[1, 2, 3, 4],
        use_relative_position_bias=True,
    ),
    "upernet_convnext": lambda: _of_transformers(
        "UperNetForSemanticSegmentation",
        "UperNetConfig",
        "SegformerImageProcessor",
        ("--classes", "ade20k", "--like", "imagenet"),
        (192, 192),
        num_labels=150,
        backbone_config=_convnext(depths=[1, 1, 2, 1], hidden_sizes=[24, 48, 96, 192]),
        hidden_size=64,
        use_auxiliary_head=False,
    ),
}
"""Made when asked for: the library may be missing."""
