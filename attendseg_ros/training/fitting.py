# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Weights for a network out of a trained one of another shape: the channels that matter most.

What a channel matters is the Fisher information of its scale: how much the predictions change when
it is taken away, to the first order. After Theis, Korshunova, Tejani and Huszar: Faster gaze
prediction with dense networks and Fisher pruning (arXiv 1801.05787); Molchanov et al.: Importance
Estimation for Neural Network Pruning (arXiv 1906.10771) for the scales of normalisations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import torch
from torch import nn
from torch.nn import functional

from attendseg_ros.network.attendseg import AttendSeg
from attendseg_ros.network.blocks import ConvNormAct, DenseResidual, InvertedResidual
from attendseg_ros.network.condenser import AttentionCondenser
from attendseg_ros.training.growth import names_of_new_blocks

Importance = dict[str, torch.Tensor]
"""Of each channel, float32 (C,), by the name of the channels."""

CLASSES = "classes"
"""The name of the output layers' outputs, of which none are cut away."""


def fits_as_it_is(network: AttendSeg, weights: dict[str, torch.Tensor]) -> bool:
    """Whether `training.growth` makes weights the network's: equal, or fewer channels or blocks.

    Kernels must be equal. Output layers of another number of classes are left aside.
    """
    own = network.state_dict()
    kinds_of = dict(_channels_of_tensors(network))
    if weights.keys() | names_of_new_blocks(network, weights) != own.keys():
        return False
    return all(
        own[name].shape[2:] == tensor.shape[2:]
        and all(
            size % its == 0 or kind == CLASSES
            for size, its, kind in zip(own[name].shape, tensor.shape, kinds_of[name], strict=False)
        )
        for name, tensor in weights.items()
    )


def fitted(
    network: AttendSeg, weights: dict[str, torch.Tensor], importance: Importance
) -> dict[str, torch.Tensor]:
    """Returns weights that `training.growth` makes the network's, cut or filled up to its sizes.

    Each kind of channels keeps the most important ones, in their order, in every tensor alike.
    Where the network has more channels than the weights, the rest are its own, which nothing reads
    at first: their weights are 0 where they are inputs. Of another kernel the middle is kept, or
    zeros are put around it. Layers that the weights lack, or that read something else there, are
    the network's own.

    Args:
        network: its own weights are left as they are.
        weights: of a network of another shape.
        importance: of `channel_importance` of that network.
    """
    own = network.state_dict()
    left_to_growth = names_of_new_blocks(network, weights)
    moved = _reading_something_else(network, weights)
    result = {}
    for name, kinds in _channels_of_tensors(network):
        if name in left_to_growth:
            continue
        target = own[name].clone()
        other_classes = (
            name in weights and CLASSES in kinds and weights[name].shape[0] != target.shape[0]
        )
        if name not in weights or other_classes or name.startswith(moved):
            result[name] = target
            continue
        tensor = _recentred(weights[name], target.shape[2:])
        if tensor.ndim > 1:
            target[:, tensor.shape[1] :] = 0.0
        for axis, kind in enumerate(kinds[: tensor.ndim]):
            if kind in importance and tensor.shape[axis] > target.shape[axis]:
                kept = importance[kind].topk(target.shape[axis]).indices.sort().values
                tensor = tensor.index_select(axis, kept)
        shared = tuple(
            slice(min(one, other)) for one, other in zip(tensor.shape, target.shape, strict=True)
        )
        target[shared] = tensor[shared]
        result[name] = target
    return result


def _reading_something_else(
    network: AttendSeg, weights: dict[str, torch.Tensor]
) -> tuple[str, ...]:
    """What the names of layers begin with that read other features than in the weights."""
    own = network.state_dict()
    behind = {"encoder.stem.": "encoder.stride_4.0.0.conv.", "decoder.narrow.": "head."}
    return tuple(
        layer
        for layer_before, layer in behind.items()
        if (f"{layer_before}conv.weight" in own) != (f"{layer_before}conv.weight" in weights)
    )


def _recentred(weight: torch.Tensor, kernel: torch.Size) -> torch.Tensor:
    """A weight, (out, in, height, width), of another kernel around the same middle."""
    beyond = [size - its for size, its in zip(kernel, weight.shape[2:], strict=True)]
    if not any(beyond):
        return weight
    # What is negative is cut away. The last axis comes first.
    return functional.pad(weight, [side for each in reversed(beyond) for side in [each // 2] * 2])


def channel_importance(network: AttendSeg, batches: Iterable[torch.Tensor]) -> Importance:
    """The Fisher information of every kind of channels.

    Labels are drawn from the network's own predictions, so that none are needed.

    Args:
        network: trained, in evaluation mode; its weights are left as they are.
        batches: normalised images, float (N, 3, H, W).
    """
    norms: defaultdict[str, list[nn.BatchNorm2d]] = defaultdict(list)
    for norm, kind in _norms(network):
        norms[kind].append(norm)
    sums: Importance = {kind: torch.zeros(each[0].num_features) for kind, each in norms.items()}
    for images in batches:
        logits = network(images).float()
        drawn = _drawn(logits.detach())
        network.zero_grad(set_to_none=True)
        functional.cross_entropy(logits, drawn).backward()  # type: ignore[no-untyped-call]
        for kind, each in norms.items():
            for norm in each:
                sums[kind] += _first_order(norm).square()
    network.zero_grad(set_to_none=True)
    return sums


def _drawn(logits: torch.Tensor) -> torch.Tensor:
    """Class ids, int64 (N, h, w), each as often as logits, (N, C, h, w), say."""
    probabilities = logits.softmax(dim=1).permute(0, 2, 3, 1)
    return probabilities.flatten(0, 2).multinomial(1).reshape(probabilities.shape[:-1])


def _first_order(norm: nn.BatchNorm2d) -> torch.Tensor:
    """How the loss changes, to the first order, when each channel becomes zero."""
    return sum(
        (
            parameter.detach() * parameter.grad
            for parameter in (norm.weight, norm.bias)
            if parameter.grad is not None
        ),
        start=torch.zeros(norm.num_features),
    )


def _norms(network: AttendSeg) -> Iterator[tuple[nn.BatchNorm2d, str]]:
    modules = dict(network.named_modules())
    for prefix, (_, outputs) in _channels(network).items():
        norm = modules.get(f"{prefix}.norm")
        if isinstance(norm, nn.BatchNorm2d):
            yield norm, outputs


def _channels_of_tensors(network: AttendSeg) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each tensor's name, and what its axes count."""
    channels = _channels(network)
    for name in network.state_dict():
        prefix, _, leaf = name.rpartition(".")
        if leaf == "scale":
            yield name, ("", channels[f"{prefix}.expand"][1])
            continue
        inputs, outputs = channels[prefix.removesuffix(".conv").removesuffix(".norm")]
        yield name, (outputs, inputs)


def _channels(network: AttendSeg) -> dict[str, tuple[str, str]]:
    """What channels each convolution reads and writes: equal names are the same channels.

    What is added or multiplied is the same: shortcuts, condensers, the two ways into a decoder's
    step. A depthwise convolution's weight has one input channel.
    """
    table: dict[str, tuple[str, str]] = {"encoder.stem": ("image", "stem")}
    four = network.encoder.get_submodule("stride_4.0")
    assert isinstance(four, nn.Sequential)
    last = len(four) - 1
    has_stem = isinstance(network.encoder.stem, ConvNormAct)
    for index in range(len(four)):
        before = f"4.{index - 1}" if index else "stem" if has_stem else "image"
        table[f"encoder.stride_4.0.{index}"] = (before, "4" if index == last else f"4.{index}")
    table["encoder.stride_8.0"] = ("4", "8")
    table |= {
        "decoder.context.1": ("32", "step_16"),
        "decoder.lateral_32": ("32", "step_16"),
        "decoder.lateral_16": ("16", "step_16"),
        "decoder.refine_16.0": ("one", "step_16"),
        "decoder.refine_16.1": ("step_16", "step_8"),
        "decoder.lateral_8": ("8", "step_8"),
        "decoder.refine_8.0": ("step_8", "refined_8"),
        "decoder.narrow": ("refined_8", "step_4"),
        "decoder.lateral_4": ("4", "step_4"),
        "decoder.refine_4": ("step_4", "refined_4"),
        "head": ("refined_8" if network.decoder.ends_at_8 else "refined_4", CLASSES),
        "auxiliary_8": ("refined_8", CLASSES),
        "auxiliary_16": ("16", CLASSES),
    }
    entries = {"encoder.stride_16.0": "8", "encoder.stride_32.0": "16"}
    for prefix, block in network.named_modules():
        stride = prefix.removeprefix("encoder.stride_").partition(".")[0]
        width = "refined_8" if prefix.startswith("decoder") else stride
        if isinstance(block, DenseResidual):
            table[f"{prefix}.first"] = (width, prefix)
            table[f"{prefix}.second"] = (prefix, width)
        elif isinstance(block, InvertedResidual):
            table[f"{prefix}.expand"] = (entries.get(prefix, width), prefix)
            table[f"{prefix}.depthwise"] = ("one", prefix)
            table[f"{prefix}.project"] = (prefix, width)
        elif isinstance(block, AttentionCondenser):
            table[f"{prefix}.embed.0"] = ("one", width)
            table[f"{prefix}.embed.1"] = (width, prefix)
            table[f"{prefix}.expand"] = (prefix, width)
    assert set(table) >= {p for p, m in network.named_modules() if isinstance(m, ConvNormAct)}
    return table
