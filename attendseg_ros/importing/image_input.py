# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The image input of a graph: its layout, type and size, as far as the graph tells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import onnx
from onnx import TensorProto, helper

from attendseg_ros.errors import DataError
from attendseg_ros.shortening import shortened_text

LAYOUTS = ("nchw", "nhwc")

_TYPES = {
    TensorProto.FLOAT: "float32",
    TensorProto.FLOAT16: "float16",
    TensorProto.DOUBLE: "float64",
    TensorProto.UINT8: "uint8",
}
_CHANNELS = (1, 3)


@dataclass(frozen=True)
class ImageInput:
    """What the network takes.

    Attributes:
        name: of the input.
        layout: one of `LAYOUTS`.
        dtype: "float32", "float16", "float64" or "uint8".
        channels: 3, or 1 for grey.
        width: in pixels; None where the graph leaves it open.
        height: the same.
    """

    name: str
    layout: str
    dtype: str
    channels: int
    width: int | None
    height: int | None

    @property
    def is_fixed(self) -> bool:
        """Whether the graph is built for one size."""
        return self.width is not None and self.height is not None

    def __str__(self) -> str:
        sides = {"n": "1", "c": self.channels, "h": self.height or "H", "w": self.width or "W"}
        return f"{self.name} {self.dtype} ({', '.join(str(sides[axis]) for axis in self.layout)})"


def find_image_input(model: onnx.ModelProto, path: Path, layout: str | None = None) -> ImageInput:
    """Finds the input that takes the image.

    Args:
        model: as `read_graph` gives it.
        path: of its file, for messages.
        layout: one of `LAYOUTS`, where the user says it.

    Raises:
        DataError: there is none, or more inputs than it, or the graph does not tell its layout.
    """
    inputs = list(model.graph.input)
    listed = "; ".join(map(described, inputs))
    volumes = [value for value in inputs if len(_sides(value) or ()) == 5]
    if volumes or _has_volume_convolutions(model):
        raise DataError(
            f"{path}: computes 3-D convolutions over volumes or stacks of images ({listed}): a "
            "segmenter takes one image"
        )
    if len(inputs) > 1:
        raise DataError(
            f"{path}: takes {len(inputs)} inputs ({listed}): a segmenter takes one, the image"
        )
    (value,) = inputs
    sides = _sides(value)
    kind = value.type.tensor_type.elem_type
    if sides is None or len(sides) != 4 or kind not in _TYPES:
        raise DataError(
            f"{path}: has no image input: an image is uint8, float32 or float16 of four sides, "
            f"(1, 3, height, width) or (1, height, width, 3), and the input is {listed}"
        )
    if sides[0] not in (None, 1):
        raise DataError(f"{path}: takes {sides[0]} images at a time ({listed}): export it for one")
    layout = layout or _layout(model, value, sides)
    if layout is None:
        raise DataError(
            f"{path}: does not tell where the channels of its input are ({listed}): add "
            "--layout nchw (PyTorch) or --layout nhwc (TensorFlow)"
        )
    channels = sides[layout.index("c")]
    if channels not in (*_CHANNELS, None):
        raise DataError(
            f"{path}: takes images of {channels} channels ({listed}): a camera gives 3 (RGB) or "
            "1 (grey)"
        )
    return ImageInput(
        name=value.name,
        layout=layout,
        dtype=_TYPES[kind],
        channels=channels or _channels_of_first_convolution(model, value.name) or 3,
        width=sides[layout.index("w")],
        height=sides[layout.index("h")],
    )


def described(value: onnx.ValueInfoProto) -> str:
    """An input or output as messages show it."""
    name = shortened_text(value.name)
    sides = _sides(value)
    if not value.type.HasField("tensor_type"):
        return f"{name}, which is no tensor"
    kind = TensorProto.DataType.Name(value.type.tensor_type.elem_type).lower()
    shown = ", ".join("any" if side is None else str(side) for side in sides or ())
    return f"{name} {kind} ({shown})" if sides is not None else f"{name} {kind}"


def _sides(value: onnx.ValueInfoProto) -> list[int | None] | None:
    """The sides of a tensor, None for each that is open; None where even their number is."""
    tensor = value.type.tensor_type
    if not value.type.HasField("tensor_type") or not tensor.HasField("shape"):
        return None
    return [
        # Some exporters write -1 or 0 for a side that is open.
        side.dim_value if side.HasField("dim_value") and side.dim_value > 0 else None
        for side in tensor.shape.dim
    ]


def _layout(
    model: onnx.ModelProto, value: onnx.ValueInfoProto, sides: list[int | None]
) -> str | None:
    first, last = sides[1] in _CHANNELS, sides[3] in _CHANNELS
    if first != last:
        return "nchw" if first else "nhwc"
    if sides[1] is not None and sides[3] is not None and not first:
        # Neither fits: the refusal names what would be the channels of PyTorch's layout.
        return "nchw"
    for node in _first_steps(model, value.name):
        if node.op_type in ("Conv", "BatchNormalization", "InstanceNormalization"):
            return "nchw"
        if node.op_type == "Transpose":
            order = next((list(a.ints) for a in node.attribute if a.name == "perm"), [3, 2, 1, 0])
            return {(0, 3, 1, 2): "nhwc", (0, 2, 3, 1): "nchw"}.get(tuple(order))
    return None


_PASSED = ("Cast", "Add", "Sub", "Mul", "Div", "Identity", "QuantizeLinear", "DequantizeLinear")


def _first_steps(model: onnx.ModelProto, name: str) -> Iterable[onnx.NodeProto]:
    """What is computed of a value, behind steps that keep its sides."""
    names = {name}
    for node in model.graph.node:
        if names.intersection(node.input):
            if node.op_type in _PASSED:
                names.update(node.output)
            else:
                yield node


def _kernels(model: onnx.ModelProto) -> Iterable[tuple[onnx.NodeProto, list[int]]]:
    """Every convolution with the sides of its stored kernel."""
    stored = {value.name: list(value.dims) for value in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type in ("Conv", "ConvTranspose") and len(node.input) > 1:
            yield node, stored.get(node.input[1], [])


def _has_volume_convolutions(model: onnx.ModelProto) -> bool:
    return any(len(kernel) == 5 for _, kernel in _kernels(model))


def _channels_of_first_convolution(model: onnx.ModelProto, name: str) -> int | None:
    steps = [id(node) for node in _first_steps(model, name)]
    for node, kernel in _kernels(model):
        if id(node) in steps and len(kernel) == 4 and kernel[1] in _CHANNELS:
            return kernel[1]
    return None


def tensor_info(name: str, dtype: str, sides: list[int | str]) -> onnx.ValueInfoProto:
    """Declares an input or output; a text is the name of an open side."""
    kinds = {"uint8": TensorProto.UINT8, "float32": TensorProto.FLOAT}
    return helper.make_tensor_value_info(name, kinds[dtype], sides)
