# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Parameter and multiply-accumulate counts of a network."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Counts:
    """What a network costs.

    Attributes:
        parameters: learned values that the deployed network holds (batch normalisation folded,
            training-only heads left out).
        macs: Multiply-accumulates of all convolutions and linear layers for one image.
    """

    parameters: int
    macs: int


def count(network: nn.Module, input_size: tuple[int, int]) -> Counts:
    """Counts the layers that really run on one image.

    Args:
        network: maps float (1, 3, H, W) to logits.
        input_size: width and height in pixels.

    Returns:
        Counts of the network in evaluation mode. Elementwise operations, pooling and upsampling
        are no multiply-accumulates by this count, as is usual in the field.
    """
    parameters: dict[int, int] = {}
    macs = 0

    def on_forward(module: nn.Module, _inputs: object, output: torch.Tensor) -> None:
        nonlocal macs
        # A batch normalisation becomes the bias of the convolution before it.
        if isinstance(module, nn.BatchNorm2d):
            parameters[id(module)] = module.num_features
            return
        for parameter in module.parameters(recurse=False):
            parameters[id(parameter)] = parameter.numel()
        if isinstance(module, nn.Conv2d):
            positions = output.shape[-2] * output.shape[-1]
            macs += positions * module.weight.numel()
        elif isinstance(module, nn.Linear):
            macs += module.weight.numel() * output.numel() // module.out_features

    handles = [
        module.register_forward_hook(on_forward)
        for module in network.modules()
        if any(True for _ in module.parameters(recurse=False))
    ]
    was_training = network.training
    network.eval()
    try:
        with torch.no_grad():
            network(torch.zeros(1, 3, input_size[1], input_size[0]))
    finally:
        network.train(was_training)
        for handle in handles:
            handle.remove()
    return Counts(parameters=sum(parameters.values()), macs=macs)
