# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""8-bit quantization for TensorRT: signed, symmetric, with Q/DQ where its fusions want them.

Placed by NVIDIA's recommendations for explicit quantization (TensorRT documentation, "Explicit
Quantization", "Q/DQ Layer-Placement Recommendations"); `tensorrt_rules.py` holds graphs to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from attendseg_ros.deployment.calibration import Reader
from attendseg_ros.deployment.graph import IMAGE_SCALE, NORMALISED_NAME, with_image_steps
from attendseg_ros.deployment.wiring import DEQUANTIZE, MOVERS, QUANTIZE, Wiring
from attendseg_ros.inference.engine import INPUT_NAME

LARGEST_CODE = 127

_INT8_BETWEEN = ("AveragePool", "GlobalAveragePool", *MOVERS)
"""What stays in 8 bits between two convolutions, where it is read from 8 bits."""


def quantized_for_tensorrt(
    model: onnx.ModelProto, images: Sequence[NDArray[np.uint8]]
) -> onnx.ModelProto:
    """Quantizes weights and activations to int8 with zero points of 0, in Q/DQ form.

    Weights stay float constants, with a QuantizeLinear of one scale an output channel and a
    DequantizeLinear behind: TensorRT 8, which JetPack 5 brings, takes no other form. Biases are
    float. An activation's scale is the largest magnitude seen in calibration over 127. A result of
    a convolution that goes into a ReLU or a sum stays float up to the end of what is fused with it.

    Args:
        model: what `float_graph` returns; left as it was.
        images: uint8 (height, width, 3) RGB at the network's input size.

    Returns:
        The quantized graph, still with the float input.
    """
    wiring = Wiring(model)
    readings = {
        (id(node), position) for node in wiring.nodes for position in _quantized(node, wiring)
    }
    names = list(dict.fromkeys(n.input[p] for n in wiring.nodes for p in _quantized(n, wiring)))
    sources = {name: _source(name, wiring) for name in names}
    peaks = _peaks(model, images, sorted({*sources.values()} - {NORMALISED_NAME}))
    # Camera bytes less 128 are int8: nothing of the image is rounded.
    scales = {name: _scale(peak) for name, peak in peaks.items()}
    scales[NORMALISED_NAME] = np.asarray(IMAGE_SCALE)

    result = onnx.ModelProto()
    result.CopyFrom(model)
    del result.graph.node[:]
    writer = _Writer(result.graph)
    for name in names:
        if name not in wiring.makers:
            writer.quantize(name, scales[sources[name]])
    for node in wiring.nodes:
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        for position, name in enumerate(node.input):
            if (id(node), position) in readings:
                copy.input[position] = writer.dequantize(name)
        if node.op_type == "Conv":
            weights = np.asarray(wiring.constants[node.input[1]])
            copy.input[1] = writer.weights(node.input[1], weights)
        writer.nodes.append(copy)
        for name in node.output:
            if name in sources:
                writer.quantize(name, scales[sources[name]])
    onnx.checker.check_model(result)
    return result


def with_image_cast(model: onnx.ModelProto) -> onnx.ModelProto:
    """Makes a graph take camera images: uint8 (1, height, width, 3) RGB, named `image`.

    TensorRT takes uint8 as a network's input only, has no unsigned quantization and no zero point:
    the first step makes float of the bytes, then (value - 128) / 64 is computed as it is written.

    Args:
        model: a float graph, or one of `quantized_for_tensorrt`.

    Returns:
        The same model, changed.
    """
    for name, value in (("image_offset", 128.0), ("image_factor", 1 / 64)):
        model.graph.initializer.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
    steps: tuple[tuple[str, list[str], str, dict[str, Any]], ...] = (
        ("Cast", [INPUT_NAME], "values", {"to": TensorProto.FLOAT}),
        ("Transpose", ["values"], "planes", {"perm": [0, 3, 1, 2]}),
        ("Sub", ["planes", "image_offset"], "centred", {}),
        ("Mul", ["centred", "image_factor"], NORMALISED_NAME, {}),
    )
    nodes = [
        helper.make_node(kind, inputs, [output], name=f"image_{kind.lower()}", **attributes)
        for kind, inputs, output, attributes in steps
    ]
    return with_image_steps(model, nodes)


def _quantized(node: onnx.NodeProto, wiring: Wiring) -> list[int]:
    """Positions of the computed inputs that a step reads in 8 bits."""
    computed = wiring.computed(node)
    if node.op_type == "Conv":
        return [position for position in computed if position == 0]
    if node.op_type in _INT8_BETWEEN:
        return computed if _leads_on(node, wiring) else []
    if node.op_type in ("Add", "Mul") and len(computed) > 1:
        fused = wiring.fused_addend(node) if node.op_type == "Add" else None
        return [position for position in computed if position != fused]
    return []


def _leads_on(node: onnx.NodeProto, wiring: Wiring) -> bool:
    """Whether all that read a step's result read it in 8 bits."""
    readers = wiring.readers(node.output[0])
    return bool(readers) and all(r.position in _quantized(r.node, wiring) for r in readers)


def _source(name: str, wiring: Wiring) -> str:
    """The tensor that a tensor's values are taken from, so that both have one scale."""
    while wiring.made_by(name) in MOVERS:
        name = wiring.makers[name].input[0]
    return name


def _scale(peak: float) -> NDArray[np.float32]:
    # What is always zero still needs a scale above zero.
    return np.asarray((peak or 1.0) / LARGEST_CODE, np.float32)


def _peaks(
    model: onnx.ModelProto, images: Sequence[NDArray[np.uint8]], names: Iterable[str]
) -> dict[str, float]:
    """The largest magnitude of tensors over all images."""
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    outputs: dict[str, str] = {}
    for number, name in enumerate(names):
        magnitude, outputs[name] = f"magnitude_{number}", f"peak_{number}"
        watched.graph.node.append(helper.make_node("Abs", [name], [magnitude]))
        watched.graph.node.append(
            helper.make_node("ReduceMax", [magnitude], [outputs[name]], keepdims=0)
        )
        watched.graph.output.append(
            helper.make_tensor_value_info(outputs[name], TensorProto.FLOAT, [])
        )
    if not outputs:
        return {}
    session = onnxruntime.InferenceSession(
        watched.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    reader = Reader(images, NORMALISED_NAME)
    peaks = dict.fromkeys(outputs, 0.0)
    while (planes := reader.get_next()) is not None:
        found = session.run(list(outputs.values()), planes)
        for name, peak in zip(outputs, found, strict=True):
            peaks[name] = max(peaks[name], float(peak))
    return peaks


@dataclass
class _Writer:
    """Writes steps into a graph, with QuantizeLinear and DequantizeLinear between them."""

    graph: onnx.GraphProto

    def __post_init__(self) -> None:
        self.nodes = self.graph.node
        self._readings: dict[str, int] = {}
        self._by_output: set[str] = set()

    def quantize(self, name: str, scale: NDArray[np.float32]) -> None:
        """Makes the int8 form of a tensor; one scale an output channel where there are more."""
        if scale.ndim:
            self._by_output.add(name)
        self._constant(f"{name}_scale", scale)
        self._constant(f"{name}_zero_point", np.zeros(scale.shape, np.int8))
        self._step(QUANTIZE, name, name, f"{name}_int8")
        self._readings[name] = 0

    def dequantize(self, name: str) -> str:
        """Makes a float form of a tensor's int8 form, for one reader: each fuses with its own."""
        self._readings[name] += 1
        output = f"{name}_float_{self._readings[name]}"
        self._step(DEQUANTIZE, name, f"{name}_int8", output)
        return output

    def weights(self, name: str, values: NDArray[np.generic]) -> str:
        """Quantizes a convolution's weights, (outputs, inputs, height, width), by output."""
        if name not in self._readings:
            peaks = np.abs(values.astype(np.float32)).max(axis=(1, 2, 3))
            self.quantize(name, np.where(peaks > 0, peaks, 1.0) / np.float32(LARGEST_CODE))
        return self.dequantize(name)

    def _constant(self, name: str, value: NDArray[np.generic]) -> None:
        self.graph.initializer.append(numpy_helper.from_array(value, name))

    def _step(self, kind: str, name: str, source: str, output: str) -> None:
        inputs = [source, f"{name}_scale", f"{name}_zero_point"]
        # Of activations the standard axis is 1, which means nothing for their single scale.
        axis: dict[str, Any] = {"axis": 0} if name in self._by_output else {}
        self.nodes.append(helper.make_node(kind, inputs, [output], name=f"{output}_step", **axis))
