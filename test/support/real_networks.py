# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Segmentation networks of well-kept libraries, with random weights.

Nothing is downloaded: a configuration is enough. Each says what its library's own pre- and
post-processing says, in torch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from support.foreign_families import Family, Image, settled, spread
from support.transformers_networks import FAMILIES
from torch import nn


def families() -> dict[str, Callable[[], Family]]:
    """Every family, made when asked for: its library may be missing."""
    return {
        **FAMILIES,
        "torchvision_deeplab": _torchvision_deeplab,
        "smp_unet_sigmoid": _smp_unet,
        "unet_sigmoid": _unet,
    }


IMAGENET = (np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225]))


class Out(nn.Module):
    """A network of torchvision that gives a tensor in place of its dictionary."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.network(image)["out"]
        return result


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
