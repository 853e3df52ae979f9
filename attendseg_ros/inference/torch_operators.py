# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ONNX operators that AttendSeg's graphs are made of, in torch.

Definitions: https://onnx.ai/onnx/operators/. Numbers in quantized tensors are kept as integers and
everything between them is computed in float32, so results differ from those of integer kernels by
how a last digit is rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from onnx import TensorProto
from torch import Tensor
from torch.nn import functional

from attendseg_ros.errors import EngineError

Attributes = Mapping[str, Any]
Inputs = Sequence[Tensor]
Operator = Callable[[Inputs, Attributes], Tensor]


def _require(attributes: Attributes, operator: str, **supported: Sequence[object]) -> None:
    """Refuses an attribute value that the torch version of an operator does not honour."""
    for key, values in supported.items():
        if key in attributes and attributes[key] not in values:
            raise EngineError(
                f"the torch engine knows {operator} with {key} {values[0]!r}, "
                f"not with {attributes[key]!r}"
            )


def _per_channel(parameter: Tensor, like: Tensor, axis: int) -> Tensor:
    """Shapes a scale or zero point of one value a channel for broadcasting; scalars stay."""
    if parameter.ndim == 0 or parameter.numel() == 1:
        return parameter.reshape(())
    shape = [1] * like.ndim
    shape[axis] = -1
    return parameter.reshape(shape)


def _quantize_linear(inputs: Inputs, attributes: Attributes) -> Tensor:
    values, scale, zero = inputs
    axis = attributes.get("axis", 1)
    limits = torch.iinfo(zero.dtype)
    rounded = torch.round(values / _per_channel(scale, values, axis))
    shifted = rounded + _per_channel(zero, values, axis)
    return shifted.clamp(limits.min, limits.max).to(zero.dtype)


def _dequantize_linear(inputs: Inputs, attributes: Attributes) -> Tensor:
    values, scale = inputs[:2]
    axis = attributes.get("axis", 1)
    numbers = values.to(torch.float32)
    if len(inputs) == 3:
        numbers = numbers - _per_channel(inputs[2], values, axis).to(torch.float32)
    return numbers * _per_channel(scale, values, axis)


def _conv(inputs: Inputs, attributes: Attributes) -> Tensor:
    _require(attributes, "Conv", auto_pad=(b"NOTSET",))
    values, padding = inputs[0], (0, 0)
    top, left, bottom, right = attributes.get("pads", (0, 0, 0, 0))
    if (top, left) == (bottom, right):
        padding = (top, left)
    else:
        values = functional.pad(values, (left, right, top, bottom))
    return functional.conv2d(
        values,
        inputs[1],
        inputs[2] if len(inputs) == 3 else None,
        stride=attributes.get("strides", (1, 1)),
        padding=padding,
        dilation=attributes.get("dilations", (1, 1)),
        groups=attributes.get("group", 1),
    )


def _max_pool(inputs: Inputs, attributes: Attributes) -> Tensor:
    _require(
        attributes, "MaxPool", auto_pad=(b"NOTSET",), ceil_mode=(0,), dilations=((1, 1), [1, 1])
    )
    top, left, bottom, right = attributes.get("pads", (0, 0, 0, 0))
    if (top, left) != (bottom, right):
        raise EngineError("the torch engine knows MaxPool with equal pads on both sides only")
    return functional.max_pool2d(
        inputs[0],
        attributes["kernel_shape"],
        stride=attributes.get("strides", (1, 1)),
        padding=(top, left),
    )


def _resize(inputs: Inputs, attributes: Attributes) -> Tensor:
    image, _, scales = inputs
    _, _, height, width = (
        int(side * scale) for side, scale in zip(image.shape, scales.tolist(), strict=True)
    )
    if attributes.get("mode", b"nearest") == b"nearest":
        _require(
            attributes,
            "nearest Resize",
            coordinate_transformation_mode=(b"asymmetric",),
            nearest_mode=(b"floor",),
        )
        return functional.interpolate(image, size=(height, width), mode="nearest")
    _require(
        attributes,
        "Resize",
        mode=(b"linear",),
        coordinate_transformation_mode=(b"half_pixel", b"pytorch_half_pixel"),
    )
    return functional.interpolate(image, size=(height, width), mode="bilinear", align_corners=False)


def _reshape(inputs: Inputs, attributes: Attributes) -> Tensor:
    _require(attributes, "Reshape", allowzero=(0,))
    values, shape = inputs
    # 0 is the size that is there.
    return values.reshape([s or own for s, own in zip(shape.tolist(), values.shape, strict=False)])


def _cast(inputs: Inputs, attributes: Attributes) -> Tensor:
    _require(attributes, "Cast", to=(TensorProto.FLOAT,))
    return inputs[0].to(torch.float32)


OPERATORS: dict[str, Operator] = {
    "Add": lambda inputs, _: inputs[0] + inputs[1],
    "Cast": _cast,
    "Conv": _conv,
    "DequantizeLinear": _dequantize_linear,
    "GlobalAveragePool": lambda inputs, _: inputs[0].mean(dim=(2, 3), keepdim=True),
    "Identity": lambda inputs, _: inputs[0],
    "MaxPool": _max_pool,
    "Mul": lambda inputs, _: inputs[0] * inputs[1],
    "QuantizeLinear": _quantize_linear,
    "Relu": lambda inputs, _: functional.relu(inputs[0]),
    "Reshape": _reshape,
    "Resize": _resize,
    "Sigmoid": lambda inputs, _: torch.sigmoid(inputs[0]),
    "Sub": lambda inputs, _: inputs[0] - inputs[1],
    "Transpose": lambda inputs, attributes: inputs[0].permute(attributes["perm"]),
}
