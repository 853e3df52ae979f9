# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Segmentation networks of well-kept libraries, with random weights: built, exported, asked.

Nothing is downloaded: a configuration is enough. Each says what its library's own pre- and
post-processing says, in torch.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Family:
    """A kind of network.

    Attributes:
        build: makes it.
        needs: the package that it is from.
        ask: the library's own labels, int of a height and width, for an image of the network's
            size; those that have no such step of their own give the network's.
        scores: its scores for an image, float (1, C, h, w); None of those with a sigmoid.
        options: of `attendseg import`.
        size: width and height.
        is_dynamic: whether it is exported with open sides.
        module: what is exported, made of the network.
    """

    build: Callable[[], nn.Module]
    needs: str
    ask: Callable[[nn.Module, Image, tuple[int, int]], NDArray[np.integer[Any]]]
    scores: Callable[[nn.Module, Image], torch.Tensor] | None
    options: tuple[str, ...]
    size: tuple[int, int]
    is_dynamic: bool = False
    module: Callable[[nn.Module], nn.Module] = lambda network: network


class Logits(nn.Module):
    """A network of transformers that gives a tensor in place of its own kind of result."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.network(pixel_values).logits
        return result


class Out(nn.Module):
    """The same of torchvision."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.network(image)["out"]
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


def spread(network: nn.Module) -> nn.Module:
    """Gives random weights the variance of trained ones, so that more than one class wins."""
    torch.manual_seed(0)
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight)
            if module.bias is not None:
                nn.init.normal_(module.bias, std=0.1)
        if isinstance(module, nn.BatchNorm2d):
            # What training would leave: averages of what came by.
            module.momentum = None
    return network


def settled(network: nn.Module, size: tuple[int, int]) -> nn.Module:
    """Lets normalisations see some images, as training would."""
    network.train()
    with torch.no_grad():
        for _ in range(2):
            network(torch.randn(2, 3, size[1], size[0]))
    return network.eval()


def balanced(family: Family, network: nn.Module, image: Image) -> nn.Module:
    """Shifts the last layer's scores so that no class wins everywhere on an image."""
    if family.scores is None:
        return network
    with torch.no_grad():
        found = family.scores(network, image)
        layers = [
            module
            for module in network.modules()
            if isinstance(module, nn.Conv2d)
            and module.out_channels == found.shape[1]
            and module.bias is not None
        ]
        bias = layers[-1].bias
        assert bias is not None
        bias -= found.mean(dim=(0, 2, 3))
    return network


def export(family: Family, network: nn.Module, path: Path, opset: int = 17) -> Path:
    """Writes a network with torch's exporter, as docs/own_network.md says."""
    width, height = family.size
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            family.module(network).eval(),
            (torch.zeros(1, 3, height, width),),
            str(path),
            dynamo=False,
            opset_version=opset,
            input_names=["image"],
            output_names=["logits"],
            dynamic_axes={"image": {2: "height", 3: "width"}} if family.is_dynamic else None,
        )
    return path


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


def families() -> dict[str, Callable[[], Family]]:
    """Every family, made when asked for: its library may be missing."""
    return {
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
        "torchvision_deeplab": _torchvision_deeplab,
        "smp_unet_sigmoid": _smp_unet,
        "unet_sigmoid": _unet,
    }


IMAGENET = (np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225]))


def _planes(image: Image, mean: Any = 0.0, std: Any = 1.0) -> torch.Tensor:
    numbers = (image.astype(np.float32) / 255.0 - mean) / std
    return torch.from_numpy(np.ascontiguousarray(numbers.transpose(2, 0, 1)[None])).float()


def _torchvision_deeplab() -> Family:
    from torchvision.models.segmentation import deeplabv3_mobilenet_v3_large

    size = (256, 192)

    def scores(network: nn.Module, image: Image) -> torch.Tensor:
        with torch.inference_mode():
            found: torch.Tensor = network(_planes(image, *IMAGENET))["out"]
        return found

    def ask(network: nn.Module, image: Image, _shape: tuple[int, int]) -> NDArray[np.integer[Any]]:
        labels: NDArray[np.integer[Any]] = scores(network, image)[0].argmax(dim=0).numpy()
        return labels

    return Family(
        lambda: settled(
            spread(deeplabv3_mobilenet_v3_large(weights=None, weights_backbone=None)), size
        ),
        "torchvision",
        ask,
        scores,
        ("--classes", "pascal_voc", "--like", "imagenet", "--input-size", "256x192"),
        size,
        is_dynamic=True,
        module=Out,
    )


def _above_half(network: nn.Module, planes: torch.Tensor) -> NDArray[np.integer[Any]]:
    """The class where a sigmoid map is above one half, none elsewhere."""
    with torch.inference_mode():
        shares = network(planes)[0, 0].numpy()
    return np.where(shares > 0.5, 0, 255)


def _smp_unet() -> Family:
    import segmentation_models_pytorch

    size = (256, 192)
    return Family(
        lambda: settled(
            spread(
                segmentation_models_pytorch.Unet(
                    "mobilenet_v2", encoder_weights=None, classes=1, activation="sigmoid"
                )
            ),
            size,
        ),
        "segmentation_models_pytorch",
        lambda network, image, _shape: _above_half(network, _planes(image, *IMAGENET)),
        None,
        ("--classes", "{one}", "--like", "imagenet", "--input-size", "256x192"),
        size,
        is_dynamic=True,
    )


class UNet(nn.Module):
    """A small U-Net (Ronneberger et al., MICCAI 2015) as medical tools have it: one sigmoid map."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            [self._block(3, width), self._block(width, 2 * width), self._block(2 * width, width)]
        )
        self.up = nn.ModuleList([nn.ConvTranspose2d(width, width, 2, 2) for _ in range(2)])
        self.join = nn.ModuleList([self._block(3 * width, width), self._block(2 * width, width)])
        self.end = nn.Conv2d(width, 1, 1)

    @staticmethod
    def _block(before: int, after: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU()
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        first = self.down[0](image)
        second = self.down[1](nn.functional.max_pool2d(first, 2))
        found = self.down[2](nn.functional.max_pool2d(second, 2))
        for up, join, beside in zip(self.up, self.join, (second, first), strict=True):
            found = join(torch.cat([up(found), beside], dim=1))
        return torch.sigmoid(self.end(found))


def _unet() -> Family:
    size = (192, 128)
    return Family(
        lambda: settled(spread(UNet()), size),
        "torch",
        lambda network, image, _shape: _above_half(network, _planes(image)),
        None,
        ("--classes", "{one}", "--like", "0to1", "--input-size", "192x128"),
        size,
        is_dynamic=True,
    )
