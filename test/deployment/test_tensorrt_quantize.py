# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Quantization for TensorRT: the same answers, signed and symmetric, the image not rounded."""

from __future__ import annotations

from collections import Counter

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto
from support.small_network import small_images, small_network
from torch import nn

from attendseg_ros.deployment.check import reference_logits
from attendseg_ros.deployment.graph import NORMALISED_NAME, constants, float_graph
from attendseg_ros.deployment.inspection import weight_bytes
from attendseg_ros.deployment.tensorrt_quantize import quantized_for_tensorrt, with_image_cast
from attendseg_ros.deployment.tensorrt_rules import broken_rules
from attendseg_ros.network.attendseg import build_attendseg


@pytest.fixture(scope="module")
def network() -> nn.Module:
    return small_network()


@pytest.fixture(scope="module")
def plain(network: nn.Module) -> onnx.ModelProto:
    return float_graph(network)


@pytest.fixture(scope="module")
def quantized(plain: onnx.ModelProto) -> onnx.ModelProto:
    return quantized_for_tensorrt(plain, small_images(4))


def copied(model: onnx.ModelProto) -> onnx.ModelProto:
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    return copy


def run(model: onnx.ModelProto, image: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return np.asarray(session.run(["logits"], {"image": image[None]})[0][0])


def test_the_float_graph_of_bytes_gives_what_the_network_gives(
    plain: onnx.ModelProto, network: nn.Module
) -> None:
    model = with_image_cast(copied(plain))
    assert broken_rules(model, "fp32") == []
    images = small_images(2)
    for image, wanted in zip(images, reference_logits(network, images), strict=True):
        np.testing.assert_allclose(run(model, image), wanted, rtol=1e-3, atol=1e-3)


def test_the_quantized_graph_says_what_the_network_says(
    quantized: onnx.ModelProto, network: nn.Module
) -> None:
    model = with_image_cast(copied(quantized))
    assert broken_rules(model, "int8") == []
    images = small_images(4)
    for image, wanted in zip(images, reference_logits(network, images), strict=True):
        error = np.sqrt(np.square(run(model, image) - wanted).mean()) / wanted.std()
        assert error < 0.1


def test_no_byte_of_an_image_is_rounded(quantized: onnx.ModelProto) -> None:
    values = constants(quantized)
    (quantize,) = (n for n in quantized.graph.node if n.input[0] == NORMALISED_NAME)
    bytes_ = np.arange(256)
    codes = (bytes_ - 128) / 64 / float(values[quantize.input[1]])
    np.testing.assert_array_equal(codes, bytes_ - 128)


def test_each_convolution_of_the_real_network_is_quantized() -> None:
    graph = float_graph(build_attendseg(2))
    model = quantized_for_tensorrt(graph, small_images(1))
    kinds = Counter(node.op_type for node in model.graph.node)
    assert kinds["Conv"] == sum(node.op_type == "Conv" for node in graph.graph.node) > 50
    assert broken_rules(with_image_cast(model), "int8") == []


def test_weights_are_counted_as_they_are_stored(
    plain: onnx.ModelProto, quantized: onnx.ModelProto
) -> None:
    """As floats, with a scale for each output channel of a convolution."""
    scales = sum(v.size for n, v in constants(quantized).items() if n.endswith("weight_scale"))
    assert weight_bytes(quantized) == weight_bytes(plain) + 4 * scales


def test_what_is_always_zero_gets_a_scale_above_zero() -> None:
    silent = small_network()
    with torch.no_grad():
        # Before its ReLU the stem is below zero everywhere; one channel of the head is cut off.
        norm = silent.stem.norm
        assert isinstance(norm, nn.BatchNorm2d)
        norm.weight.zero_()
        norm.bias.fill_(-1.0)
        silent.head.weight[0].zero_()
    model = with_image_cast(quantized_for_tensorrt(float_graph(silent), small_images(1)))
    assert broken_rules(model, "int8") == []
    assert np.isfinite(run(model, small_images(1)[0])).all()


def test_the_input_stays_uint8(quantized: onnx.ModelProto) -> None:
    (image,) = with_image_cast(copied(quantized)).graph.input
    assert (image.name, image.type.tensor_type.elem_type) == ("image", TensorProto.UINT8)
