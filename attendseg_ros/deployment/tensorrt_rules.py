# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""TensorRT's published rules for graphs with explicit quantization, and what breaks them.

From NVIDIA's TensorRT documentation ("Working with Quantized Types", "Explicit Quantization" with
its recommendations where to place Q/DQ, IQuantizeLayer) and the operators and types that its ONNX
parser takes. Whether a graph keeps them shows without a GPU; how fast it is does not.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
from onnx import TensorProto, helper

from attendseg_ros.deployment.wiring import DEQUANTIZE, MOVERS, QUANTIZE, Wiring
from attendseg_ros.errors import BundleError
from attendseg_ros.inference.engine import INPUT_NAME

_INTEGER_OPERATORS = (
    *("ConvInteger", "DynamicQuantizeLinear", "MatMulInteger", "QLinearConv", "QLinearMatMul"),
)

_OTHERS_WITH_WEIGHTS = ("ConvTranspose", "Gemm", "MatMul")

_WANT_8_BITS_AFTER = ("Add", "AveragePool", "GlobalAveragePool", "MaxPool", "Mul", "Resize")
"""Without weights: what reads 8 bits there must give 8 bits as well, or it is computed in float."""

_RESIZE = {
    "mode": (b"nearest", b"linear"),
    "nearest_mode": (b"floor", b"ceil", b"round_prefer_floor", b"round_prefer_ceil"),
    "coordinate_transformation_mode": (
        *(b"half_pixel", b"pytorch_half_pixel", b"tf_half_pixel_for_nn"),
        *(b"asymmetric", b"align_corners"),
    ),
}

_TOLD = 3


def check_for_tensorrt(model: onnx.ModelProto, precision: str) -> None:
    """Refuses a graph that TensorRT would refuse, or would not compute in 8 bits throughout.

    Args:
        model: takes camera images.
        precision: "int8", or "fp32" for a graph without quantization.

    Raises:
        BundleError: names the first rules that it breaks, with the steps that break them.
    """
    broken = broken_rules(model, precision)
    if broken:
        more = f"; and {len(broken) - _TOLD} more" if len(broken) > _TOLD else ""
        raise BundleError(
            f"the graph breaks TensorRT's rules: {'; '.join(broken[:_TOLD])}{more}. Export with "
            "--target cpu, or with --precision fp32 where the rule is one of quantization"
        )


def broken_rules(model: onnx.ModelProto, precision: str) -> list[str]:
    """One sentence for each place at which a graph breaks a rule; see `check_for_tensorrt`."""
    wiring = Wiring(model)
    broken = [*_image(model, wiring), *_operators(wiring)]
    if precision == "int8":
        for node in wiring.nodes:
            broken += _RULES.get(node.op_type, _nothing)(node, wiring)
            if node.op_type in _WANT_8_BITS_AFTER:
                broken += _gives_8_bits(node, wiring)
    else:
        broken += [
            f"{_named(node)} quantizes a graph of precision {precision}"
            for node in wiring.nodes
            if node.op_type in (QUANTIZE, DEQUANTIZE)
        ]
    return broken


def _named(node: onnx.NodeProto) -> str:
    return f"{node.op_type} '{node.name or node.output[0]}'"


def _nothing(_node: onnx.NodeProto, _wiring: Wiring) -> Iterator[str]:
    return iter(())


def _image(model: onnx.ModelProto, wiring: Wiring) -> Iterator[str]:
    """uint8 is the type of a network's input only, and nothing but a Cast reads it."""
    image = next((value for value in model.graph.input if value.name == INPUT_NAME), None)
    if image is None or image.type.tensor_type.elem_type != TensorProto.UINT8:
        yield f"its input must be '{INPUT_NAME}' of uint8"
    for reading in wiring.readers(INPUT_NAME):
        node = reading.node
        if node.op_type != "Cast" or _attribute(node, "to") != TensorProto.FLOAT:
            yield f"{_named(node)} reads the image's uint8: a Cast to float must come first"
    for node in wiring.nodes:
        if node.op_type == "Cast" and _attribute(node, "to") == TensorProto.UINT8:
            yield f"{_named(node)} makes uint8, which is a type of inputs only"


def _operators(wiring: Wiring) -> Iterator[str]:
    for node in wiring.nodes:
        if node.op_type in _INTEGER_OPERATORS:
            yield f"{_named(node)} computes on integers: a float step between Q and DQ must do so"
        if node.op_type == "Resize":
            for key, known in _RESIZE.items():
                if (value := _attribute(node, key)) not in (None, *known):
                    yield f"{_named(node)} has {key} {value!r}, which the parser does not take"


def _quantizer(node: onnx.NodeProto, wiring: Wiring) -> Iterator[str]:
    """Scales and zero points of a Q or DQ; what stands on its other side."""
    scale, zero = (wiring.constants.get(name) for name in [*node.input[1:], "", ""][:2])
    if scale is None or scale.dtype != np.float32:
        yield f"{_named(node)}: its scale must be a float32 constant"
    elif not (np.isfinite(scale).all() and np.greater(scale, 0).all()):
        yield f"{_named(node)}: its scale must be positive and finite"
    elif scale.size > 1 and not _is_of_weights(node, wiring):
        yield f"{_named(node)} has {scale.size} scales: an activation has one"
    if zero is None or zero.dtype != np.int8:
        what = "none" if zero is None else str(zero.dtype)
        yield f"{_named(node)}: its zero point must be an int8 constant, got {what}"
    elif zero.any():
        yield f"{_named(node)}: its zero point must be 0, got {zero[zero != 0].flat[0]}"
    elif scale is not None and zero.size != scale.size:
        yield f"{_named(node)} has {scale.size} scales and {zero.size} zero points"
    yield from (_after_q if node.op_type == QUANTIZE else _around_dq)(node, wiring)


def _after_q(node: onnx.NodeProto, wiring: Wiring) -> Iterator[str]:
    for reading in wiring.readers(node.output[0]):
        if reading.node.op_type != DEQUANTIZE:
            yield f"{_named(reading.node)} reads int8 of {_named(node)}, not of a DequantizeLinear"
        elif not _same_codes(node, reading.node, wiring):
            yield f"{_named(node)} and {_named(reading.node)} differ in scale or axis"
    if wiring.made_by(node.input[0]) == DEQUANTIZE:
        yield f"{_named(node)} quantizes again what was dequantized just before"


def _around_dq(node: onnx.NodeProto, wiring: Wiring) -> Iterator[str]:
    if wiring.made_by(node.input[0]) != QUANTIZE:
        yield f"{_named(node)} must read a QuantizeLinear: TensorRT 8 takes no integer constants"
    readers = wiring.readers(node.output[0])
    if len(readers) > 1:
        yield f"{_named(node)} is read by {len(readers)} steps: each fuses with one of its own"


def _convolution(node: onnx.NodeProto, wiring: Wiring) -> Iterator[str]:
    data, weights = node.input[0], node.input[1]
    if not _is_dequantized(data, wiring):
        yield f"{_named(node)}: its input must come from a DequantizeLinear"
    quantizer = _quantizer_of(weights, wiring)
    if quantizer is None or quantizer.input[0] not in wiring.constants:
        yield f"{_named(node)}: its weights must be a float constant behind Q and DQ"
    else:
        outputs = wiring.constants[quantizer.input[0]].shape[0]
        scale = wiring.constants.get(quantizer.input[1])
        axis = _attribute(quantizer, "axis")
        if scale is not None and (scale.shape != (outputs,) or axis != 0):
            yield (
                f"{_named(node)}: its weights need {outputs} scales along axis 0, one an output "
                f"channel, got {scale.size} along axis {1 if axis is None else axis}"
            )
    if len(node.input) > 2:
        bias = wiring.constants.get(node.input[2])
        if bias is None or bias.dtype != np.float32:
            yield f"{_named(node)}: its bias must be a float32 constant, without Q and DQ"


def _unknown_weights(node: onnx.NodeProto, _wiring: Wiring) -> Iterator[str]:
    yield f"{_named(node)}: only Conv is quantized for TensorRT here"


def _activation(node: onnx.NodeProto, wiring: Wiring) -> Iterator[str]:
    if _is_dequantized(node.input[0], wiring):
        yield f"Q and DQ before {_named(node)} keep it from being fused with what comes before"


def _addition(node: onnx.NodeProto, wiring: Wiring) -> Iterator[str]:
    computed = wiring.computed(node)
    if len(computed) < 2:
        return
    fused = wiring.fused_addend(node)
    for position in computed:
        name = node.input[position]
        if position == fused:
            continue
        if not _is_dequantized(name, wiring):
            yield f"{_named(node)}: its input '{name}' must come from a DequantizeLinear"
        elif fused is None and _is_only_use_of_convolution(name, wiring):
            yield f"Q and DQ between a convolution and {_named(node)} keep them from being fused"


def _product(node: onnx.NodeProto, wiring: Wiring) -> Iterator[str]:
    computed = wiring.computed(node)
    for position in computed if len(computed) > 1 else ():
        if not _is_dequantized(node.input[position], wiring):
            yield (
                f"{_named(node)}: its input '{node.input[position]}' must come from a "
                "DequantizeLinear"
            )


def _mover(node: onnx.NodeProto, wiring: Wiring) -> Iterator[str]:
    """What only moves values has one scale before and after; another one would round again."""
    before = _quantizer_of(node.input[0], wiring)
    for reading in wiring.readers(node.output[0]):
        if before is None or reading.node.op_type != QUANTIZE:
            continue
        if not _same_codes(before, reading.node, wiring):
            yield f"{_named(node)}: the scales before and after it must be the same"


def _gives_8_bits(node: onnx.NodeProto, wiring: Wiring) -> Iterator[str]:
    if not any(_is_dequantized(node.input[p], wiring) for p in wiring.computed(node)):
        return
    readers = wiring.readers(node.output[0])
    if [reading.node.op_type for reading in readers] == ["Relu"]:
        readers = wiring.readers(readers[0].node.output[0])
    if not readers or any(reading.node.op_type != QUANTIZE for reading in readers):
        yield f"{_named(node)} reads 8 bits, so its result must go to a QuantizeLinear"


_RULES = {
    QUANTIZE: _quantizer,
    DEQUANTIZE: _quantizer,
    "Conv": _convolution,
    "Relu": _activation,
    "Add": _addition,
    "Mul": _product,
    **dict.fromkeys(MOVERS, _mover),
    **dict.fromkeys(_OTHERS_WITH_WEIGHTS, _unknown_weights),
}


def _attribute(node: onnx.NodeProto, key: str) -> object:
    found = (helper.get_attribute_value(a) for a in node.attribute if a.name == key)
    return next(found, None)


def _is_dequantized(name: str, wiring: Wiring) -> bool:
    return wiring.made_by(name) == DEQUANTIZE


def _quantizer_of(name: str, wiring: Wiring) -> onnx.NodeProto | None:
    """The QuantizeLinear before the DequantizeLinear that makes a tensor."""
    if not _is_dequantized(name, wiring):
        return None
    codes = wiring.makers[name].input[0]
    return wiring.makers[codes] if wiring.made_by(codes) == QUANTIZE else None


def _is_of_weights(node: onnx.NodeProto, wiring: Wiring) -> bool:
    source = node.input[0]
    if node.op_type == DEQUANTIZE and wiring.made_by(source) == QUANTIZE:
        source = wiring.makers[source].input[0]
    return source in wiring.constants


def _is_only_use_of_convolution(name: str, wiring: Wiring) -> bool:
    quantizer = _quantizer_of(name, wiring)
    if quantizer is None or wiring.made_by(quantizer.input[0]) != "Conv":
        return False
    codes = wiring.readers(quantizer.output[0])
    return len(codes) == 1 and len(wiring.readers(quantizer.input[0])) == 1


def _same_codes(one: onnx.NodeProto, other: onnx.NodeProto, wiring: Wiring) -> bool:
    mine, theirs = wiring.constants.get(one.input[1]), wiring.constants.get(other.input[1])
    if mine is None or theirs is None or _attribute(one, "axis") != _attribute(other, "axis"):
        return False
    return np.array_equal(mine, theirs)
