# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Kinds of foreign networks: built with random weights that act as trained ones, and exported."""

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
