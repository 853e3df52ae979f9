# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How large a network is: parameters, bytes of its weights, multiplications."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import onnx

from attendseg_ros.importing.tensors import all_nodes, all_tensors, bytes_of

_PRODUCTS = {
    "Conv": "filter",
    "FusedConv": "filter",
    "ConvTranspose": "transposed",
    "MatMul": "matrix",
    "FusedMatMul": "matrix",
    "Gemm": "matrix",
}


def count_weights(model: onnx.ModelProto) -> tuple[int, int]:
    """Parameters of a graph and the bytes they take.

    A single number is part of a formula and no weight; nor are whole numbers, which are sides,
    positions and, in an 8-bit graph, the zero points.
    """
    used = {name for node in all_nodes(model) for name in node.input}
    parameters = size = 0
    for tensor in all_tensors(model):
        elements = math.prod(tensor.dims)
        is_ours = tensor.name.startswith(("camera_", "decoder_"))
        is_used = tensor.name in used or not tensor.name
        if elements > 1 and is_used and not is_ours and _is_weight(tensor):
            parameters += elements
            size += bytes_of(tensor, Path())
    return parameters, size


def is_quantized(model: onnx.ModelProto) -> bool:
    """Whether a graph computes in 8 bits, at least in parts."""
    operators = ("QuantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger")
    return any(node.op_type in operators for node in all_nodes(model))


def _is_weight(tensor: onnx.TensorProto) -> bool:
    kinds = onnx.TensorProto
    floats = (kinds.FLOAT, kinds.FLOAT16, kinds.DOUBLE, kinds.BFLOAT16)
    return tensor.data_type in floats or (
        tensor.data_type in (kinds.INT8, kinds.UINT8, kinds.INT32) and len(tensor.dims) > 0
    )


def macs_of_steps(events: Iterable[Mapping[str, Any]]) -> int:
    """Multiplications with weights or of two values, from an ONNX Runtime profile.

    Args:
        events: each step's with the sides of its inputs and outputs.
    """
    total = 0
    for event in events:
        arguments = event.get("args", {})
        kind = _PRODUCTS.get(arguments.get("op_name", ""))
        if kind is None or not str(event.get("name", "")).endswith("_kernel_time"):
            continue
        inputs = [_sides(shape) for shape in arguments["input_type_shape"]]
        outputs = [_sides(shape) for shape in arguments["output_type_shape"]]
        if kind == "filter":
            # A kernel is (out, in / groups, height, width).
            total += math.prod(outputs[0]) * math.prod(inputs[1][1:])
        elif kind == "transposed":
            # A kernel is (in, out / groups, height, width), used once for each input pixel.
            total += math.prod(inputs[0]) * math.prod(inputs[1][1:])
        else:
            total += math.prod(outputs[0]) * inputs[0][-1]
    return total


def _sides(shape: Mapping[str, list[int]]) -> list[int]:
    (sides,) = shape.values()
    return sides
