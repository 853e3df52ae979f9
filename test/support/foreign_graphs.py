# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Small foreign networks whose answers are known: a pixel is the class with the nearest colour.

As in `tiny_bundle`, the scores `2 p.c - |c|^2` are linear in the pixel, so one convolution is a
whole segmenter: of any layout, type, opset, stride and kind of output.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from attendseg_ros.labels import ClassTable

COLORS = ((200, 40, 40), (40, 180, 60), (50, 60, 210), (230, 220, 90))

_KINDS = {
    "float32": TensorProto.FLOAT,
    "float16": TensorProto.FLOAT16,
    "uint8": TensorProto.UINT8,
}


def class_table(count: int = len(COLORS)) -> ClassTable:
    """Classes of the colours."""
    entries = [{"id": i, "name": f"class {i}", "color": list(COLORS[i])} for i in range(count)]
    return ClassTable.from_mapping({"classes": entries})


def class_file(folder: Path, names: Sequence[str]) -> Path:
    """A class file of names alone."""
    file = folder / f"{len(names)}_classes.yaml"
    file.write_text("classes:\n" + "".join(f"  - {name}\n" for name in names))
    return file


@dataclass(frozen=True)
class Foreign:
    """A network to be built.

    Attributes:
        layout: "nchw" or "nhwc", of the input and of the scores.
        dtype: of the input: "float32", "float16" or "uint8".
        ends_in: "logits", "softmax", "ids", "ids_map", "hidden_ids" (what they are the largest of
            cannot be traced), "sigmoid" or "logit" (one channel: the first colour against the
            second), "sigmoids" (a share for each class).
        stride: of the scores.
        enlarged: whether a bilinear Resize brings them to the input's size.
        size: width and height; None leaves them open.
        opset: of the operators.
        mean, std, scale: of the preprocessing that the network expects.
        bgr: whether blue comes first.
        ids: type of class ids.
        colors: of the classes.
    """

    layout: str = "nchw"
    dtype: str = "float32"
    ends_in: str = "logits"
    stride: int = 1
    enlarged: bool = False
    size: tuple[int, int] | None = None
    opset: int = 17
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    scale: float = 1 / 255
    bgr: bool = False
    ids: int = TensorProto.INT64
    colors: tuple[tuple[int, int, int], ...] = COLORS

    def model(self) -> onnx.ModelProto:
        """The graph."""
        return _Builder(self).model()

    def write(self, path: Path) -> Path:
        """Writes the graph to a file."""
        onnx.save(self.model(), str(path))
        return path


class _Builder:
    def __init__(self, what: Foreign) -> None:
        self.what = what
        self.nodes: list[onnx.NodeProto] = []
        self.values: list[onnx.TensorProto] = []

    def constant(self, value: Any, dtype: Any = np.float32) -> str:
        name = f"c{len(self.values)}"
        self.values.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def add(self, operator: str, inputs: Sequence[str], **attributes: Any) -> str:
        output = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def model(self) -> onnx.ModelProto:
        what = self.what
        name = "input"
        if what.layout == "nhwc":
            name = self.add("Transpose", [name], perm=[0, 3, 1, 2])
        if what.dtype != "float32":
            name = self.add("Cast", [name], to=TensorProto.FLOAT)
        name = self.add("Conv", [name, *self.kernel()], strides=[what.stride, what.stride])
        name = self.end(name)
        width, height = what.size or ("width", "height")
        sides: list[Any] = [1, 3, height, width]
        if what.layout == "nhwc":
            sides = [1, height, width, 3]
        image = helper.make_tensor_value_info("input", _KINDS[what.dtype], sides)
        kind = what.ids if what.ends_in in ("ids", "ids_map", "hidden_ids") else TensorProto.FLOAT
        result = helper.make_tensor_value_info("result", kind, None)
        self.nodes.append(helper.make_node("Identity", [name], ["result"]))
        graph = helper.make_graph(self.nodes, "foreign", [image], [result], self.values)
        opsets = [helper.make_opsetid("", what.opset)]
        model = helper.make_model(graph, opset_imports=opsets)
        model.ir_version = max(4, helper.find_min_ir_version_for(opsets))
        return model

    def kernel(self) -> tuple[str, str]:
        """Weights on the network's numbers that are weights on the bytes."""
        what = self.what
        colors = np.array(what.colors, np.float64)
        # One part in two hundred: scores within the range of a softmax.
        weights, bias = 2.0 * colors / 2000.0, -(colors**2).sum(axis=1) / 2000.0
        mean, std = np.array(what.mean), np.array(what.std)
        if what.dtype == "uint8":
            factor, offset = np.ones(3), np.zeros(3)
        else:
            # byte = (number * std + mean) / scale
            factor, offset = std / what.scale, mean / what.scale
        if what.bgr and what.dtype != "uint8":
            # Mean and std are of the network's channels: blue comes first in them too.
            factor, offset = factor[::-1], offset[::-1]
        bias = bias + weights @ offset
        weights = weights * factor
        if what.bgr:
            weights = weights[:, ::-1]
        if what.ends_in in ("sigmoid", "logit"):
            weights, bias = weights[:1] - weights[1:2], bias[:1] - bias[1:2]
        side = what.stride
        spread = np.repeat(np.repeat(weights[:, :, None, None], side, 2), side, 3) / side**2
        return self.constant(spread), self.constant(bias)

    def end(self, name: str) -> str:
        what = self.what
        if what.enlarged:
            scales = self.constant([1, 1, what.stride, what.stride])
            none = self.constant([])
            name = self.add(
                "Resize",
                [name, none, scales],
                mode="linear",
                coordinate_transformation_mode="half_pixel",
            )
        axis = 1
        if what.layout == "nhwc":
            name, axis = self.add("Transpose", [name], perm=[0, 2, 3, 1]), 3
        if what.ends_in == "softmax":
            return self.add("Softmax", [name], axis=axis)
        if what.ends_in in ("sigmoid", "sigmoids"):
            return self.add("Sigmoid", [name])
        if what.ends_in in ("ids", "ids_map"):
            keeps = int(what.ends_in == "ids_map")
            name = self.add("ArgMax", [name], axis=axis, keepdims=keeps)
            if what.ids != TensorProto.INT64:
                name = self.add("Cast", [name], to=what.ids)
        if what.ends_in == "hidden_ids":
            name = self.add("ArgMax", [name], axis=axis, keepdims=0)
            name = self.add("Add", [name, self.constant(0, np.int64)])
        return name


def painted(width: int, height: int, count: int = len(COLORS)) -> NDArray[np.uint8]:
    """A mask of blocks of 16x16 pixels, uint8 (height, width), to paint and to get back."""
    rows, columns = np.indices((height, width)) // 16
    return np.asarray((rows + 2 * columns) % count, np.uint8)


def image_of(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The image in the colours of a mask's classes, uint8 (H, W, 3)."""
    return np.array(COLORS, np.uint8)[mask]
