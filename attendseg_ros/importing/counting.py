# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How large a network is: parameters and bytes of its weights."""

from __future__ import annotations

import math
from pathlib import Path

import onnx

from attendseg_ros.importing.tensors import all_nodes, all_tensors, bytes_of


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
