# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Weights for a larger network that computes what a smaller, trained one does.

After Chen, Goodfellow, Shlens: Net2Net: Accelerating Learning via Knowledge Transfer (arXiv
1511.05641): training goes on where the smaller network's ended, in place of from the start.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from attendseg_ros.network.attendseg import AttendSeg
from attendseg_ros.network.blocks import DenseResidual, InvertedResidual, is_convolution_weight
from attendseg_ros.network.condenser import AttentionCondenser


def grown(network: AttendSeg, weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Returns weights as large as the network's, for the function of smaller ones.

    Channels may be any multiple of the smaller network's, and stages may have more blocks.

    Args:
        network: the larger network; its own weights are left as they are.
        weights: the smaller one's.

    Returns:
        The smaller one's tensors, each as large as the network's of its name where it can be, and
        those of blocks that the smaller one lacks, which begin as the identity.
    """
    own = network.state_dict()
    larger = {
        name: _widened(tensor, own[name].shape) if name in own else tensor
        for name, tensor in weights.items()
    }
    for names, silenced in _new_blocks(network, weights):
        larger |= {name: own[name] for name in names}
        larger |= {name: torch.zeros_like(own[name]) for name in silenced}
    return larger


def names_of_new_blocks(network: AttendSeg, weights: dict[str, torch.Tensor]) -> set[str]:
    """The tensors of the network's blocks that weights lack and that `grown` can add."""
    return {name for names, _ in _new_blocks(network, weights) for name in names}


def _new_blocks(
    network: AttendSeg, weights: dict[str, torch.Tensor]
) -> Iterator[tuple[list[str], list[str]]]:
    """The tensors of each block that weights lack; and those that make it the identity."""
    for prefix, block in network.named_modules():
        silenced = [f"{prefix}.{name}" for name in _silenced(block)]
        names = [f"{prefix}.{name}" for name in block.state_dict()]
        if silenced and weights.keys().isdisjoint(names):
            yield names, silenced


def _silenced(block: torch.nn.Module) -> tuple[str, ...]:
    """The tensors of a block that, all zero, make it the identity; none: nothing does."""
    if isinstance(block, InvertedResidual) and block.shortcut:
        return ("project.norm.weight", "project.norm.bias")
    if isinstance(block, DenseResidual):
        return ("second.norm.weight", "second.norm.bias")
    if isinstance(block, AttentionCondenser):
        return ("scale",)
    return ()


def _widened(tensor: torch.Tensor, shape: torch.Size) -> torch.Tensor:
    """Repeats a tensor up to a shape; what cannot be is returned as it is.

    Each channel gets copies. What reads them shares its weight out among them, at random: with
    even shares the copies would be trained alike, and stay copies.
    """
    if tensor.ndim != len(shape) or any(n % o for n, o in zip(shape, tensor.shape, strict=True)):
        return tensor
    if tensor.shape[2:] != shape[2:]:
        return tensor
    factors = [n // o for n, o in zip(shape, tensor.shape, strict=True)]
    repeated = tensor.repeat(factors)
    if not is_convolution_weight(tensor) or factors[1] == 1:
        return repeated
    shares = torch.rand(shape[0], factors[1], tensor.shape[1], 1, 1)
    shares /= shares.sum(dim=1, keepdim=True)
    return repeated * shares.reshape(shape[0], shape[1], 1, 1)
