# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What kind of layer a step of an engine is."""

from __future__ import annotations

from collections.abc import Sequence

DENSE = "dense convolution"
POINTWISE = "pointwise convolution"
DEPTHWISE = "depthwise convolution"
GROUPED = "grouped convolution"
TRANSPOSED = "transposed convolution"
MATRIX = "matrix product"
POOLING = "pooling"
RESIZING = "upsampling"
LAYOUT = "transpose and reorder"
ELEMENTWISE = "elementwise"
OTHER = "other"

# The names of ONNX, of ONNX Runtime's own operators and of OpenVINO's.
_OPERATORS = {
    MATRIX: "MatMul FusedMatMul Gemm QGemm QLinearMatMul MatMulInteger DynamicQuantizeMatMul "
    "MatMulIntegerToFloat FullyConnected",
    TRANSPOSED: "ConvTranspose Deconvolution",
    POOLING: "MaxPool AveragePool GlobalAveragePool GlobalMaxPool ReduceMean ReduceMax NhwcMaxPool "
    "QLinearAveragePool QLinearGlobalAveragePool QLinearReduceMean Pooling Reduce AdaptivePooling",
    RESIZING: "Resize Upsample Interpolate",
    LAYOUT: "Transpose Reorder ReorderInput ReorderOutput Reshape Squeeze Unsqueeze Flatten "
    "DepthToSpace SpaceToDepth ShuffleChannels",
    ELEMENTWISE: "Add Sub Mul Div Pow Sqrt Relu LeakyRelu PRelu Clip Sigmoid HardSigmoid HardSwish "
    "QuickGelu Gelu BiasGelu Erf Tanh Elu Cast QuantizeLinear DequantizeLinear QLinearAdd "
    "QLinearMul QLinearSigmoid QLinearLeakyRelu Eltwise Subgraph Math FakeQuantize Convert "
    "PowerStatic",
}
_KINDS = {operator: kind for kind, names in _OPERATORS.items() for operator in names.split()}


def kind_of_operator(operator: str) -> str:
    """The kind of an operator that is no convolution."""
    return _KINDS.get(operator, OTHER)


def kind_of_convolution(inputs: int, outputs: int, groups: int, window: Sequence[int]) -> str:
    """The kind of a convolution.

    Args:
        inputs: channels that go in.
        outputs: channels that come out.
        groups: into which the channels are parted.
        window: the kernel's height and width.
    """
    single = all(side == 1 for side in window)
    if groups > 1 and groups == inputs and groups == outputs:
        # Of one pixel it is a factor for each channel.
        return ELEMENTWISE if single else DEPTHWISE
    if groups > 1:
        return GROUPED
    return POINTWISE if single else DENSE
