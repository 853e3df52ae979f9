# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Each rule of TensorRT's: a graph that breaks it is refused by the step that does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from support.small_network import small_images, small_network

from attendseg_ros.deployment.graph import float_graph, with_image_input
from attendseg_ros.deployment.quantize import quantized
from attendseg_ros.deployment.tensorrt_quantize import quantized_for_tensorrt, with_image_cast
from attendseg_ros.deployment.tensorrt_rules import broken_rules, check_for_tensorrt
from attendseg_ros.errors import BundleError
from attendseg_ros.inference import load_bundle

Change = Callable[[onnx.ModelProto], None]


@pytest.fixture(scope="module")
def good() -> onnx.ModelProto:
    return with_image_cast(quantized_for_tensorrt(float_graph(small_network()), small_images(1)))


def first(model: onnx.ModelProto, kind: str, skip: int = 0) -> onnx.NodeProto:
    found: list[onnx.NodeProto] = [n for n in model.graph.node if n.op_type == kind]
    return found[skip]


def maker(model: onnx.ModelProto, name: str) -> onnx.NodeProto:
    (found,) = (node for node in model.graph.node if name in node.output)
    assert isinstance(found, onnx.NodeProto)
    return found


def readers(model: onnx.ModelProto, name: str) -> list[onnx.NodeProto]:
    return [node for node in model.graph.node if name in node.input]


def replace_constant(model: onnx.ModelProto, name: str, value: np.ndarray) -> None:
    (place,) = (v for v in model.graph.initializer if v.name == name)
    place.CopyFrom(numpy_helper.from_array(value, name))


def pair_before(model: onnx.ModelProto, node: onnx.NodeProto, position: int = 0) -> None:
    """Puts Q and DQ before an input."""
    source, place = node.input[position], list(model.graph.node).index(node)
    scale, zero = f"{source}_added_scale", f"{source}_added_zero"
    model.graph.initializer.append(numpy_helper.from_array(np.asarray(0.1, np.float32), scale))
    model.graph.initializer.append(numpy_helper.from_array(np.asarray(0, np.int8), zero))
    node.input[position] = f"{source}_added"
    names = (source, f"{source}_added_int8", f"{source}_added")
    for kind, before, after in (
        ("DequantizeLinear", names[1], names[2]),
        ("QuantizeLinear", names[0], names[1]),
    ):
        made = helper.make_node(kind, [before, scale, zero], [after], name=f"added {kind}")
        model.graph.node.insert(place, made)


def take_pair_away(model: onnx.ModelProto, node: onnx.NodeProto, position: int = 0) -> None:
    """Reads in float what was read through Q and DQ."""
    dequantize = maker(model, node.input[position])
    node.input[position] = maker(model, dequantize.input[0]).input[0]


def residual_addend(model: onnx.ModelProto) -> tuple[onnx.NodeProto, int, int]:
    """An Add after a convolution: the position of what is added, and of the convolution's."""
    for node in model.graph.node:
        if node.op_type == "Add":
            kinds = [maker(model, n).op_type if "float" in n else "" for n in node.input]
            if kinds[0] == "DequantizeLinear" and kinds[1] != "DequantizeLinear":
                return node, 0, 1
            if kinds[1] == "DequantizeLinear" and kinds[0] != "DequantizeLinear":
                return node, 1, 0
    raise AssertionError("there is none")


def zero_point_of_one(model: onnx.ModelProto) -> None:
    replace_constant(model, first(model, "QuantizeLinear").input[2], np.asarray(1, np.int8))


def unsigned(model: onnx.ModelProto) -> None:
    replace_constant(model, first(model, "QuantizeLinear").input[2], np.asarray(0, np.uint8))


def no_zero_point(model: onnx.ModelProto) -> None:
    first(model, "QuantizeLinear").input.pop()


def negative_scale(model: onnx.ModelProto) -> None:
    replace_constant(model, first(model, "QuantizeLinear").input[1], np.asarray(-1, np.float32))


def scale_of_nan(model: onnx.ModelProto) -> None:
    replace_constant(model, first(model, "QuantizeLinear").input[1], np.asarray(np.nan, np.float32))


def computed_scale(model: onnx.ModelProto) -> None:
    first(model, "QuantizeLinear").input[1] = "values"


def activation_by_channel(model: onnx.ModelProto) -> None:
    quantize = first(model, "QuantizeLinear")
    replace_constant(model, quantize.input[1], np.ones(3, np.float32))
    replace_constant(model, quantize.input[2], np.zeros(3, np.int8))


def weights_by_tensor(model: onnx.ModelProto) -> None:
    dequantize = maker(model, first(model, "Conv").input[1])
    replace_constant(model, dequantize.input[1], np.asarray(0.1, np.float32))
    replace_constant(model, dequantize.input[2], np.asarray(0, np.int8))


def weights_by_input(model: onnx.ModelProto) -> None:
    dequantize = maker(model, first(model, "Conv").input[1])
    for node in (dequantize, maker(model, dequantize.input[0])):
        next(a for a in node.attribute if a.name == "axis").i = 1


def integer_weights(model: onnx.ModelProto) -> None:
    dequantize = maker(model, first(model, "Conv").input[1])
    codes = np.zeros((8, 3, 3, 3), np.int8)
    model.graph.initializer.append(numpy_helper.from_array(codes, "codes"))
    dequantize.input[0] = "codes"


def float_weights(model: onnx.ModelProto) -> None:
    take_pair_away(model, first(model, "Conv"), 1)


def float_input(model: onnx.ModelProto) -> None:
    take_pair_away(model, first(model, "Conv", skip=1))


def bias_through_dq(model: onnx.ModelProto) -> None:
    pair_before(model, first(model, "Conv"), 2)


def pair_before_activation(model: onnx.ModelProto) -> None:
    pair_before(model, first(model, "Relu"))


def float_residual(model: onnx.ModelProto) -> None:
    node, added, _ = residual_addend(model)
    take_pair_away(model, node, added)


def pair_before_sum(model: onnx.ModelProto) -> None:
    node, _, convolved = residual_addend(model)
    pair_before(model, node, convolved)


def float_factor(model: onnx.ModelProto) -> None:
    gated = next(
        node
        for node in model.graph.node
        if node.op_type == "Mul" and all("float" in name for name in node.input)
    )
    take_pair_away(model, gated)


def float_result(model: onnx.ModelProto) -> None:
    pooled = first(model, "MaxPool")
    (quantize,) = readers(model, pooled.output[0])
    for dequantize in readers(model, quantize.output[0]):
        for node in readers(model, dequantize.output[0]):
            take_pair_away(model, node)


def other_scale_behind_pool(model: onnx.ModelProto) -> None:
    (quantize,) = readers(model, first(model, "MaxPool").output[0])
    replace_constant(model, quantize.input[1], np.asarray(0.5, np.float32))


def shared_dq(model: onnx.ModelProto) -> None:
    quantize = next(
        node
        for node in model.graph.node
        if node.op_type == "QuantizeLinear" and len(readers(model, node.output[0])) > 1
    )
    one, other = readers(model, quantize.output[0])[:2]
    for node in readers(model, other.output[0]):
        for position, name in enumerate(node.input):
            if name == other.output[0]:
                node.input[position] = one.output[0]


def codes_read_as_they_are(model: onnx.ModelProto) -> None:
    dequantize = maker(model, first(model, "Conv").input[0])
    first(model, "Conv").input[0] = dequantize.input[0]


def quantized_twice(model: onnx.ModelProto) -> None:
    pair_before(model, first(model, "Conv"))


def bytes_moved_first(model: onnx.ModelProto) -> None:
    cast, transpose = first(model, "Cast"), first(model, "Transpose")
    transpose.input[0], transpose.output[0] = "image", "moved"
    cast.input[0], cast.output[0] = "moved", "planes"


def bytes_made_within(model: onnx.ModelProto) -> None:
    model.graph.node.append(
        helper.make_node("Cast", ["planes"], ["again"], to=TensorProto.UINT8, name="back")
    )


def integer_operator(model: onnx.ModelProto) -> None:
    first(model, "Conv").op_type = "QLinearConv"


def cubic_resize(model: onnx.ModelProto) -> None:
    next(a for a in first(model, "Resize").attribute if a.name == "mode").s = b"cubic"


def other_weights(model: onnx.ModelProto) -> None:
    first(model, "Conv").op_type = "ConvTranspose"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (zero_point_of_one, "its zero point must be 0, got 1"),
        (unsigned, "its zero point must be an int8 constant, got uint8"),
        (no_zero_point, "its zero point must be an int8 constant, got none"),
        (negative_scale, "its scale must be positive and finite"),
        (scale_of_nan, "its scale must be positive and finite"),
        (computed_scale, "its scale must be a float32 constant"),
        (activation_by_channel, "has 3 scales: an activation has one"),
        (weights_by_tensor, "need 8 scales along axis 0, one an output channel, got 1"),
        (weights_by_input, "need 8 scales along axis 0, one an output channel, got 8 along axis 1"),
        (integer_weights, "must read a QuantizeLinear: TensorRT 8 takes no integer constants"),
        (float_weights, "its weights must be a float constant behind Q and DQ"),
        (float_input, "its input must come from a DequantizeLinear"),
        (bias_through_dq, "its bias must be a float32 constant, without Q and DQ"),
        (pair_before_activation, "keep it from being fused with what comes before"),
        (float_residual, "must come from a DequantizeLinear"),
        (pair_before_sum, "Q and DQ between a convolution and Add"),
        (float_factor, "must come from a DequantizeLinear"),
        (float_result, "reads 8 bits, so its result must go to a QuantizeLinear"),
        (other_scale_behind_pool, "the scales before and after it must be the same"),
        (shared_dq, "is read by 2 steps: each fuses with one of its own"),
        (codes_read_as_they_are, "reads int8 of QuantizeLinear"),
        (quantized_twice, "quantizes again what was dequantized just before"),
        (bytes_moved_first, "reads the image's uint8: a Cast to float must come first"),
        (bytes_made_within, "makes uint8, which is a type of inputs only"),
        (integer_operator, "computes on integers"),
        (cubic_resize, "has mode b'cubic', which the parser does not take"),
        (other_weights, "only Conv is quantized for TensorRT here"),
    ],
)
def test_a_broken_rule_is_named_with_its_step(
    good: onnx.ModelProto, change: Change, words: str
) -> None:
    assert broken_rules(good, "int8") == []
    model = onnx.ModelProto()
    model.CopyFrom(good)
    change(model)
    with pytest.raises(BundleError) as caught:
        check_for_tensorrt(model, "int8")
    assert words in str(caught.value)
    assert "the graph breaks TensorRT's rules: " in str(caught.value)


def test_a_graph_for_the_processor_is_none_for_tensorrt() -> None:
    model = with_image_input(quantized(float_graph(small_network()), small_images(1)))
    with pytest.raises(BundleError, match=r"uint8.*and \d+ more\. Export with --target cpu"):
        check_for_tensorrt(model, "int8")
    shipped = onnx.load_from_string(load_bundle("street").model)
    assert any(
        "must be an int8 constant, got uint8" in text for text in broken_rules(shipped, "int8")
    )


def test_a_float_graph_must_not_be_quantized(good: onnx.ModelProto) -> None:
    assert any("quantizes a graph of precision fp32" in text for text in broken_rules(good, "fp32"))
