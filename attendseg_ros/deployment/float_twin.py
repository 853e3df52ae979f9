# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The same network without quantization, made of an 8-bit bundle's own graph.

A bundle ships one precision. To compare the speed of both nothing else is needed: taking the
quantization out leaves the architecture as it is, and speed does not depend on the weights' values.
Its scores show what 8-bit activations cost. They are not those of the float network that was
trained, whose weights were never rounded: model.yaml keeps these, as `scores: torch`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from attendseg_ros.inference import Bundle
from attendseg_ros.inference.engine import INPUT_NAME
from attendseg_ros.training.bundle_weights import dequantized

_FLOAT_BYTES = 4

# What an activation may have followed before the quantizer took it out.
_BEFORE_ACTIVATION = ("Add", "Conv", "Gemm", "MatMul")


def float_twin(bundle: Bundle) -> Bundle:
    """Takes the quantization out of a bundle's graph.

    Args:
        bundle: of precision "int8".

    Returns:
        A bundle in memory of precision "fp32" whose weights are those of the 8-bit one,
        dequantized.
    """
    model = onnx.load_from_string(bundle.model)
    graph = model.graph
    constants = {value.name: numpy_helper.to_array(value) for value in graph.initializer}
    renamed: dict[str, str] = {}
    weights: list[Any] = []
    kept: list[Any] = []
    image = _image_names(graph)
    makers = {name: node.op_type for node in graph.node for name in node.output}
    for node in graph.node:
        if node.op_type == "QuantizeLinear":
            maker = makers.get(node.input[0], "")
            if maker in _BEFORE_ACTIVATION and _cuts_below_zero(node, constants):
                kept.append(helper.make_node("Relu", [node.input[0]], [node.output[0]]))
            else:
                renamed[node.output[0]] = node.input[0]
        elif node.op_type == "DequantizeLinear" and node.input[0] in constants:
            weights.append(numpy_helper.from_array(dequantized(node, constants), node.output[0]))
        elif node.op_type == "DequantizeLinear" and node.input[0] not in image:
            renamed[node.output[0]] = node.input[0]
        else:
            kept.append(node)
    outputs = {value.name for value in graph.output}
    _connect(kept, renamed, outputs)
    used = {name for node in kept for name in node.input}
    initializers = [value for value in (*graph.initializer, *weights) if value.name in used]
    del graph.node[:], graph.initializer[:], graph.value_info[:]
    graph.node.extend(kept)
    graph.initializer.extend(initializers)
    onnx.checker.check_model(model)
    counts = replace(bundle.counts, weight_bytes=_FLOAT_BYTES * bundle.counts.parameters)
    return replace(bundle, precision="fp32", counts=counts, model=model.SerializeToString())


def _image_names(graph: Any) -> set[str]:
    """Names under which the camera's bytes go through the graph before they become numbers."""
    names = {INPUT_NAME}
    for node in graph.node:
        if node.op_type in ("Reshape", "Transpose", "Identity") and node.input[0] in names:
            names.add(node.output[0])
    return names


def _cuts_below_zero(node: Any, constants: dict[str, NDArray[Any]]) -> bool:
    """Whether a quantization stands in for a ReLU too: its lowest code is zero.

    Quantizers drop such a ReLU, since the range does its work.
    """
    if len(node.input) < 3 or node.input[2] not in constants:
        return False
    zero = constants[node.input[2]]
    return bool(np.all(zero == np.iinfo(zero.dtype).min))


def _connect(nodes: list[Any], renamed: dict[str, str], outputs: set[str]) -> None:
    """Joins what stood before and after each pair that was taken out."""

    def source(name: str) -> str:
        while name in renamed:
            name = renamed[name]
        return name

    # The graph's outputs keep their names: whatever computes them now is called so.
    final = {source(name): name for name in outputs if name in renamed}
    for node in nodes:
        for index, name in enumerate(node.input):
            joined = source(name)
            node.input[index] = final.get(joined, joined)
        for index, name in enumerate(node.output):
            node.output[index] = final.get(name, name)
