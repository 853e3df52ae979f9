# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A network to train on, or to learn from, out of an exported bundle.

Runs are gone when bundles are still there, and people have only bundles of the shipped models. A
bundle holds convolutions into which batch normalisation was folded, and, in 8 bits, rounded
weights. The network made of it computes the same function.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from attendseg_ros.errors import DataError
from attendseg_ros.inference import Bundle
from attendseg_ros.network.attendseg import AttendSeg, build_attendseg
from attendseg_ros.network.blocks import ConvNormAct
from attendseg_ros.network.pixel_blocks import BLOCKS_SHAPE, RGB, unblocked
from attendseg_ros.network.shape import Shape, Stage
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.origins import is_bundle, read_bundle

BATCHES_MEASURED = 16
"""Of images, to know what goes through the network: 128 are plenty for a mean and a variance."""

_QUANTIZED = "_quantized"

_READING_THE_IMAGE = ("encoder.stem.conv.weight", "encoder.stride_4.0.0.conv.weight")
"""With a stem and without."""

Weights = Mapping[str, torch.Tensor]


def network_of_bundle(origin: Path) -> AttendSeg:
    """Makes the network of a bundle, in evaluation mode; its auxiliary heads are new.

    Every normalisation computes x + bias until `spread_normalisation` was called: it can be
    evaluated, but not trained.

    Raises:
        DataError: the bundle is damaged, or of another architecture.
    """
    bundle = read_bundle(origin)
    try:
        weights = _weights(bundle)
        network = build_attendseg(len(bundle.classes), shape_of(weights))
        _fill(network, weights)
    except (DataError, KeyError, ValueError, IndexError, RuntimeError) as error:
        raise DataError(
            f"{origin}: is not a network of ours but another's, or of an earlier architecture: it "
            f"has no fitting {error}; training starts from, and learns from, AttendSeg only"
        ) from error
    return network.eval()


@torch.no_grad()
def spread_normalisation(network: AttendSeg, batches: Iterable[torch.Tensor]) -> None:
    """Gives every normalisation the mean and variance of what goes through it.

    The function stays what it is. But training normalises by each batch, which would be another
    function as long as the stored mean is 0 and the stored variance is 1.

    Args:
        network: of `network_of_bundle`, changed in place.
        batches: normalised images as they are trained on, float (N, 3, H, W).
    """
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    sums = [torch.zeros(3, norm.num_features, dtype=torch.float64) for norm in norms]

    def measure(place: int, values: torch.Tensor) -> None:
        each = values.double().transpose(0, 1).flatten(1)
        count = torch.full((each.shape[0],), float(each.shape[1]), dtype=torch.float64)
        sums[place] += torch.stack([count, each.sum(1), each.square().sum(1)])

    hooks = [
        norm.register_forward_pre_hook(lambda _, inputs, place=place: measure(place, inputs[0]))
        for place, norm in enumerate(norms)
    ]
    try:
        for images in batches:
            network(images)
    finally:
        for hook in hooks:
            hook.remove()
    for norm, (count, total, squares) in zip(norms, sums, strict=True):
        assert norm.running_mean is not None
        assert norm.running_var is not None
        mean = total / count
        variance = (squares / count - mean.square()).clamp(min=0.0)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.add_(mean)


def shape_of(weights: Weights) -> Shape:
    """The shape of the network that some weights are of.

    Args:
        weights: by their names in `AttendSeg`.

    Raises:
        KeyError: they are not an AttendSeg's.
    """

    def holds(name: str) -> bool:
        return f"{name}.weight" in weights

    def size(name: str, axis: int) -> int:
        return int(weights[f"{name}.weight"].shape[axis])

    def outputs(name: str) -> int:
        return size(name, 0)

    def inputs(name: str) -> int:
        return size(name, 1)

    def places(sequence: str) -> list[str]:
        """What a sequence consists of, in order, but for places that nothing was put in."""
        behind = (n.removeprefix(f"{sequence}.") for n in weights if n.startswith(f"{sequence}."))
        return sorted({name.partition(".")[0] for name in behind}, key=int)

    def blocks(stage: str) -> tuple[list[str], list[str]]:
        """The blocks of a stage, and its condensers."""
        names = [f"{stage}.{place}" for place in places(stage)]
        condensers = [name for name in names if holds(f"{name}.embed.1.conv")]
        return [name for name in names if name not in condensers], condensers

    def embedding(condensers: list[str]) -> int:
        return outputs(f"{condensers[0]}.embed.1.conv") if condensers else 0

    def inverted(stage: str) -> Stage:
        own, condensers = blocks(stage)
        expansions = [outputs(f"{b}.expand.conv") // inputs(f"{b}.expand.conv") for b in own[:2]]
        return Stage(
            outputs(f"{own[0]}.project.conv"), len(own), embedding(condensers), *expansions
        )

    four, eight = "encoder.stride_4", "encoder.stride_8"
    first = f"{four}.0.0.conv"
    dense, at_8 = blocks(f"{eight}.1")
    stages = (blocks(stage) for stage in (f"{eight}.1", "encoder.stride_16", "encoder.stride_32"))
    has_stem = inputs(first) != RGB
    return Shape(
        stem=outputs("encoder.stem.conv") if has_stem else 0,
        stride_4=Stage(outputs(first), len(places(f"{four}.0")) - 1, embedding(blocks(four)[1])),
        stride_8=Stage(outputs(f"{eight}.0.conv"), len(dense), embedding(at_8)),
        stride_16=inverted("encoder.stride_16"),
        stride_32=inverted("encoder.stride_32"),
        decoder=outputs("decoder.lateral_32.conv"),
        decoder_embedding=embedding(blocks("decoder.refine_8")[1]),
        head=outputs("decoder.narrow.conv") if holds("decoder.narrow.conv") else 0,
        patch_kernel=Shape.patch_kernel if has_stem else size(first, 2),
        depthwise_kernel=size("decoder.refine_16.0.conv", 2),
        condensers="stages" if any(0 < len(c) < len(b) for b, c in stages) else "blocks",
    )


def dequantized(node: Any, constants: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
    """What a DequantizeLinear makes of a constant: (q - zero point) * scale along its axis.

    Args:
        node: of an ONNX graph; opset 17's definition.
        constants: the graph's, by name.
    """
    values = constants[node.input[0]].astype(np.float32)
    scale = constants[node.input[1]].astype(np.float32)
    zero = np.zeros_like(scale)
    if len(node.input) > 2 and node.input[2]:
        zero = constants[node.input[2]].astype(np.float32)
    axis = next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 1)
    if scale.ndim == 1:
        shape = [1] * values.ndim
        shape[axis] = -1
        scale, zero = scale.reshape(shape), zero.reshape(shape)
    return np.asarray((values - zero) * scale, np.float32)


def shape_of_trained(origin: Path) -> Shape:
    """The shape of a run's or a bundle's network.

    Raises:
        DataError: it is neither, or damaged, or of another architecture.
    """
    if is_bundle(origin):
        return shape_of(network_of_bundle(origin).state_dict())
    config = TrainingConfig.load(origin)
    config.check_is_attendseg()
    return config.shape


def _weights(bundle: Bundle) -> dict[str, torch.Tensor]:
    """A bundle's constants by their names in the network, dequantized."""
    # Only here: a robot has no onnx, and what is trained without a bundle needs none.
    import onnx
    from onnx import numpy_helper

    graph = onnx.load_from_string(bundle.model).graph
    constants = {value.name: numpy_helper.to_array(value) for value in graph.initializer}
    weights = {name: value for name, value in constants.items() if value.dtype == np.float32}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0].endswith(_QUANTIZED):
            weights[node.input[0].removesuffix(_QUANTIZED)] = dequantized(node, constants)
    # Bundles of before read pixels one by one.
    if BLOCKS_SHAPE in constants:
        stem, patches = _READING_THE_IMAGE
        first = stem if stem in weights else patches
        weights[first] = unblocked(weights[first])
    return {name: torch.from_numpy(value.copy()) for name, value in weights.items()}


def _fill(network: AttendSeg, weights: Weights) -> None:
    own = network.state_dict()
    for prefix, module in network.named_modules():
        if isinstance(module, ConvNormAct):
            own[f"{prefix}.norm.bias"] = weights[f"{prefix}.conv.bias"]
            norm = module.norm
            assert isinstance(norm, nn.BatchNorm2d)
            own[f"{prefix}.norm.running_var"] = torch.ones(norm.num_features) - norm.eps
    for name in own:
        if name in weights:
            own[name] = weights[name]
        elif ".norm." not in name and not name.startswith("auxiliary_"):
            raise KeyError(name)
    network.load_state_dict(own)
