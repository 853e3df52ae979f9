# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From the torch network to ONNX graphs, and from float inputs to camera bytes."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import nn

from attendseg_ros.errors import BundleError
from attendseg_ros.inference.engine import INPUT_NAME, OUTPUT_NAME
from attendseg_ros.network.attendseg import SIZE_MULTIPLE
from attendseg_ros.network.folding import folded
from attendseg_ros.network.pixel_blocks import BLOCKS_SHAPE, RGB, blocked
from attendseg_ros.temporary import temporary_folder

NORMALISED_NAME = "normalised"
"""The network's own input in a float graph: float32 (1, 3, height, width)."""

IMAGE_SCALE = np.float32(1 / 64)
IMAGE_ZERO_POINT = np.uint8(128)

# Opset 17 and IR version 8 are what every ONNX Runtime since 1.12 reads; robots run old ones.
_OPSET = 17
_IR_VERSION = 8


def float_graph(network: nn.Module) -> onnx.ModelProto:
    """Traces a network into a float32 graph of standard operators.

    Batch normalisation is folded, constants are folded, height and width stay open.

    Args:
        network: maps float32 (N, 3, H, W) to logits; left as it was.

    Returns:
        A graph with the input `NORMALISED_NAME`, float32 (1, 3, height, width), and the output
        `logits`.
    """
    traced = folded(network).requires_grad_(False)
    # Different sides, of more than one multiple, so that no dimension is mistaken for another.
    example = torch.zeros(1, 3, 2 * SIZE_MULTIPLE, 3 * SIZE_MULTIPLE)
    with temporary_folder() as folder, warnings.catch_warnings():
        # torch announces that another exporter is its default now. This one writes the plain
        # graph that quantization wants, at an opset that robots read, without further packages.
        warnings.simplefilter("ignore", DeprecationWarning)
        traced_file = folder / "traced.onnx"
        torch.onnx.export(
            traced,
            (example,),
            str(traced_file),
            dynamo=False,
            opset_version=_OPSET,
            input_names=[NORMALISED_NAME],
            output_names=[OUTPUT_NAME],
            dynamic_axes={
                NORMALISED_NAME: {2: "height", 3: "width"},
                OUTPUT_NAME: {2: "logits_height", 3: "logits_width"},
            },
        )
        # Folds constants: a bias behind an Identity would not be quantized.
        tidied_file = folder / "tidied.onnx"
        quant_pre_process(str(traced_file), str(tidied_file), skip_symbolic_shape=True)
        return plain(onnx.load(str(tidied_file)))


def plain(model: onnx.ModelProto) -> onnx.ModelProto:
    """Declares what the graph uses and no more: tools list every domain that they know.

    Raises:
        BundleError: the graph uses an operator outside the ONNX standard.
    """
    strange = sorted({n.op_type for n in model.graph.node if n.domain not in ("", "ai.onnx")})
    if strange:
        raise BundleError(
            f"the exported graph uses {', '.join(strange)}, which not every engine knows: "
            "it must consist of standard ONNX operators"
        )
    del model.opset_import[:]
    model.opset_import.append(helper.make_opsetid("", _OPSET))
    model.ir_version = _IR_VERSION
    del model.graph.value_info[:]
    del model.metadata_props[:]
    return model


def with_image_input(model: onnx.ModelProto) -> onnx.ModelProto:
    """Makes a graph take camera images: uint8 (1, height, width, 3) RGB, named `image`.

    The first convolution reads blocks of pixels, see `network.pixel_blocks`. The normalisation
    (value - 128) / 64 is exactly what DequantizeLinear computes with scale 1/64 and zero point 128,
    so the bytes of an image are the quantized tensor: a Reshape and a Transpose, which move nothing
    in engines that keep channels side by side, and a DequantizeLinear stand in for all
    preprocessing. In a quantized graph a QuantizeLinear with the same values follows; engines drop
    the pair, and none makes a float image. (OpenVINO needs to see it: without, it computes the
    first convolution in float.)

    Args:
        model: a float graph, or a quantized one whose input is quantized with just these values.

    Returns:
        The same model, changed.

    Raises:
        BundleError: the input is quantized with other values.
    """
    graph = model.graph
    values = constants(model)
    block = _read_blocks(model)
    for node in graph.node:
        if node.op_type == "QuantizeLinear" and node.input[0] == NORMALISED_NAME:
            _check_quantization(values[node.input[1]], values[node.input[2]])
    graph.initializer.append(numpy_helper.from_array(np.asarray(IMAGE_SCALE), "image_scale"))
    graph.initializer.append(
        numpy_helper.from_array(np.asarray(IMAGE_ZERO_POINT), "image_zero_point")
    )
    # 0 takes the image's own batch and height, -1 what is left.
    shape = np.asarray([0, 0, -1, block * RGB], np.int64)
    graph.initializer.append(numpy_helper.from_array(shape, BLOCKS_SHAPE))
    nodes = [
        helper.make_node("Reshape", [INPUT_NAME, BLOCKS_SHAPE], ["blocks"], name="blocks"),
        helper.make_node("Transpose", ["blocks"], ["planes"], perm=[0, 3, 1, 2], name="planes"),
        helper.make_node(
            "DequantizeLinear",
            ["planes", "image_scale", "image_zero_point"],
            [NORMALISED_NAME],
            name="normalise",
        ),
    ]
    return with_image_steps(model, nodes)


def _read_blocks(model: onnx.ModelProto) -> int:
    """Makes the first convolution read blocks of pixels, where it can; returns their width."""
    names = {NORMALISED_NAME}
    readers = []
    for node in (n for n in model.graph.node if not names.isdisjoint(n.input)):
        if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            names.add(node.output[0])
        else:
            readers.append(node)
    if [node.op_type for node in readers] != ["Conv"]:
        return 1
    (first,) = readers
    settings = {each.name: helper.get_attribute_value(each) for each in first.attribute}
    strides, pads = settings.get("strides", [1, 1]), settings.get("pads", [0] * 4)
    if len({*strides}) > 1 or len({*pads}) > 1 or settings.get("dilations", [1, 1]) != [1, 1]:
        return 1
    codes = {n.output[0]: n.input[0] for n in model.graph.node if n.op_type == "DequantizeLinear"}
    name = codes.get(first.input[1], first.input[1])
    stored = next(value for value in model.graph.initializer if value.name == name)
    weight = numpy_helper.to_array(stored)
    if not 0 < weight.shape[3] - 2 * pads[0] <= strides[0]:
        # The output is not smaller by the stride alone: the steps do not end with the blocks.
        return 1
    # What is put around 8-bit weights is 0 as well: their zero points are.
    weight, (left, right) = blocked(weight, strides[0], pads[0])
    stored.CopyFrom(numpy_helper.from_array(weight, name))
    settings["kernel_shape"] = list(weight.shape[2:])
    settings["strides"] = [strides[0], 1]
    settings["pads"] = [pads[0], left, pads[0], right]
    del first.attribute[:]
    first.attribute.extend(helper.make_attribute(*each) for each in settings.items())
    return int(strides[0])


def with_image_steps(model: onnx.ModelProto, steps: Sequence[onnx.NodeProto]) -> onnx.ModelProto:
    """Puts steps before a graph that make its input, `NORMALISED_NAME`, of a camera image.

    Args:
        model: a graph with that input.
        steps: read `image`, uint8 (1, height, width, 3) RGB.

    Returns:
        The same model, changed; its input is `image`.
    """
    graph = model.graph
    nodes = [*steps, *graph.node]
    del graph.node[:], graph.input[:]
    graph.node.extend(nodes)
    graph.input.append(
        helper.make_tensor_value_info(INPUT_NAME, TensorProto.UINT8, [1, "height", "width", 3])
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def constants(model: onnx.ModelProto) -> dict[str, NDArray[np.generic]]:
    """Every constant of a graph by its name."""
    return {value.name: numpy_helper.to_array(value) for value in model.graph.initializer}


def _check_quantization(scale: NDArray[np.generic], zero_point: NDArray[np.generic]) -> None:
    if scale != IMAGE_SCALE or zero_point != IMAGE_ZERO_POINT or zero_point.dtype != np.uint8:
        raise BundleError(
            f"the graph's input is quantized with scale {scale} and {zero_point.dtype} zero point "
            f"{zero_point}; camera bytes need scale {IMAGE_SCALE} and uint8 {IMAGE_ZERO_POINT}"
        )
