# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The graphs: what the network computes, on camera bytes, in weights no processor overflows on."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import helper, numpy_helper
from torch import nn

from attendseg_ros.deployment.check import reference_logits
from attendseg_ros.deployment.graph import (
    NORMALISED_NAME,
    constants,
    float_graph,
    plain,
    with_image_input,
)
from attendseg_ros.deployment.quantize import quantized
from attendseg_ros.errors import BundleError
from attendseg_ros.network.attendseg import AttendSeg, build_attendseg
from attendseg_ros.training.samples import normalised


@pytest.fixture(scope="module")
def graph(network: AttendSeg) -> onnx.ModelProto:
    return float_graph(network)


@pytest.fixture(scope="module")
def images() -> list[np.ndarray]:
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (64, 128, 3), dtype=np.uint8) for _ in range(4)]


@pytest.fixture(scope="module")
def eight_bit_graph(graph: onnx.ModelProto, images: list[np.ndarray]) -> onnx.ModelProto:
    return quantized(graph, images)


def copy_of(model: onnx.ModelProto) -> onnx.ModelProto:
    copied = onnx.ModelProto()
    copied.CopyFrom(model)
    return copied


def test_camera_bytes_in_give_what_normalised_values_gave(
    graph: onnx.ModelProto, network: AttendSeg, images: list[np.ndarray]
) -> None:
    model = with_image_input(copy_of(graph))
    session = onnxruntime.InferenceSession(model.SerializeToString())
    for image, wanted in zip(images, reference_logits(network, images), strict=True):
        (found,) = session.run(["logits"], {"image": image[None]})
        np.testing.assert_allclose(found[0], wanted, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("padding", "channels"), [(1, 6), (0, 3)])
def test_blocks_are_read_where_the_steps_end_with_them(padding: int, channels: int) -> None:
    convolution = nn.Conv2d(3, 4, 3, stride=2, padding=padding)
    model = with_image_input(float_graph(convolution))
    reshape, transpose = model.graph.node[:2]
    assert (reshape.op_type, transpose.op_type) == ("Reshape", "Transpose")
    assert constants(model)[reshape.input[1]].tolist() == [0, 0, -1, channels]
    image = np.random.default_rng(0).integers(0, 256, (1, 64, 128, 3), dtype=np.uint8)
    (found,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"image": image})
    with torch.no_grad():
        wanted = convolution(normalised(torch.from_numpy(image)))
    np.testing.assert_allclose(found, wanted.numpy(), rtol=1e-4, atol=1e-4)


def test_an_untrained_network_is_quantized_whole_as_well(images: list[np.ndarray]) -> None:
    # Its biases are all equal, which the exporter stores once.
    model = quantized(float_graph(build_attendseg(2)), images)
    names = {value.name: value.data_type for value in model.graph.initializer}
    biases = [node.input[2] for node in model.graph.node if node.op_type == "Conv"]
    made_by = {node.output[0]: node for node in model.graph.node}
    assert biases
    for bias in biases:
        assert made_by[bias].op_type == "DequantizeLinear"
        assert names[made_by[bias].input[0]] == onnx.TensorProto.INT32


def test_weights_leave_a_bit_for_processors_that_add_in_16_bits(
    eight_bit_graph: onnx.ModelProto,
) -> None:
    weights = [v for v in constants(eight_bit_graph).values() if v.dtype == np.int8 and v.ndim == 4]
    assert len(weights) == sum(node.op_type == "Conv" for node in eight_bit_graph.graph.node)
    for values in weights:
        # Two products of 255 and 64 still fit in 16 bits with a sign.
        assert np.abs(values.astype(int)).max() <= 64
        # Each output channel has its own scale, so each uses its whole range.
        assert (np.abs(values.astype(int)).max(axis=(1, 2, 3)) >= 63).mean() > 0.9


def test_refuses_an_input_that_is_quantized_otherwise(eight_bit_graph: onnx.ModelProto) -> None:
    model = copy_of(eight_bit_graph)
    quantize = next(n for n in model.graph.node if n.input[0] == NORMALISED_NAME)
    scale = next(v for v in model.graph.initializer if v.name == quantize.input[1])
    scale.CopyFrom(numpy_helper.from_array(np.asarray(np.float32(0.02)), scale.name))
    with pytest.raises(BundleError, match=r"scale 0\.0199.*camera bytes need scale 0\.015625"):
        with_image_input(model)


def test_refuses_operators_of_one_engine_alone(graph: onnx.ModelProto) -> None:
    model = copy_of(graph)
    model.graph.node.append(
        helper.make_node("QLinearAdd", ["logits"], ["other"], domain="com.microsoft")
    )
    with pytest.raises(BundleError, match="QLinearAdd, which not every engine knows"):
        plain(model)
