# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a graph weighs, and what the engines on this machine make of it."""

from __future__ import annotations

import numpy as np
import onnx

from attendseg_ros.deployment.graph import constants
from attendseg_ros.inference import Bundle
from attendseg_ros.inference.engine import INPUT_NAME
from attendseg_ros.temporary import temporary_folder

_CONVOLUTIONS = ("Conv", "FusedConv", "QLinearConv")


def weight_bytes(model: onnx.ModelProto) -> int:
    """Bytes of the learned values in a graph: weights, the scales of 8-bit ones, biases.

    The scale of an 8-bit graph's bias is not counted: it is the product of the scales of the
    layer's input and weights. Weights of a graph for TensorRT are stored as floats.
    """
    stored = constants(model)
    # A single number is part of a formula, such as the 1 of 1 + x.
    values = {name: value for name, value in stored.items() if value.size > 1}
    learned: dict[str, int] = {}
    for node in model.graph.node:
        if node.op_type in ("Reshape", "Resize"):
            continue
        if node.op_type == "QuantizeLinear":
            if (value := values.get(node.input[0])) is not None:
                learned[node.input[0]] = value.nbytes + stored[node.input[1]].nbytes
            continue
        if node.op_type == "DequantizeLinear":
            value = values.get(node.input[0])
            if value is not None:
                scale = stored[node.input[1]].nbytes if value.itemsize == 1 else 0
                learned[node.input[0]] = value.nbytes + scale
            continue
        learned.update({name: values[name].nbytes for name in node.input if name in values})
    return sum(learned.values())


def eight_bit_convolutions(bundle: Bundle, engine: str) -> tuple[int, int]:
    """Counts the convolutions that an engine really computes in 8 bits on this processor.

    Args:
        bundle: what to look at.
        engine: "onnxruntime" or "openvino".

    Returns:
        Convolutions in 8 bits, and all convolutions, after the engine's own optimisations.
    """
    return {"onnxruntime": _in_onnxruntime, "openvino": _in_openvino}[engine](bundle)


def _in_onnxruntime(bundle: Bundle) -> tuple[int, int]:
    import onnxruntime

    width, height = bundle.input_size
    with temporary_folder() as folder:
        optimized = folder / "optimized.onnx"
        options = onnxruntime.SessionOptions()
        options.optimized_model_filepath = str(optimized)
        options.add_free_dimension_override_by_name("height", height)
        options.add_free_dimension_override_by_name("width", width)
        options.log_severity_level = 3
        onnxruntime.InferenceSession(bundle.model, options, providers=["CPUExecutionProvider"])
        operators = [node.op_type for node in onnx.load(str(optimized)).graph.node]
    return operators.count("QLinearConv"), sum(operators.count(name) for name in _CONVOLUTIONS)


def _in_openvino(bundle: Bundle) -> tuple[int, int]:
    import openvino

    width, height = bundle.input_size
    core = openvino.Core()
    model = core.read_model(bundle.model)
    model.reshape({INPUT_NAME: [1, height, width, 3]})
    options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    nodes = core.compile_model(model, "CPU", options).get_runtime_model().get_ops()
    facts = [node.get_rt_info() for node in nodes]
    precisions = [
        fact["runtimePrecision"].astype(str)
        for fact in facts
        if fact["layerType"].astype(str) == "Convolution"
    ]
    return int(np.isin(precisions, ("u8", "i8")).sum()), len(precisions)
