# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The camera's bytes as a graph's input: preprocessing as a part of the graph."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper

from attendseg_ros.errors import DataError
from attendseg_ros.importing.image_input import ImageInput, tensor_info
from attendseg_ros.importing.pixels import Pixels
from attendseg_ros.importing.reading import opset_of
from attendseg_ros.importing.steps import Steps
from attendseg_ros.inference.engine import INPUT_NAME

GREY_WEIGHTS = (0.299, 0.587, 0.114)
"""Of red, green and blue in grey: ITU-R BT.601, as OpenCV and Pillow have them."""

_OWN = "camera_"
_TO_NCHW = [0, 3, 1, 2]
_NUMBERS = {
    "float32": TensorProto.FLOAT,
    "float16": TensorProto.FLOAT16,
    "float64": TensorProto.DOUBLE,
}


def take_camera_bytes(
    model: onnx.ModelProto, taken: ImageInput, pixels: Pixels | None
) -> onnx.ModelProto:
    """Puts preprocessing before a graph: it then takes `image`, uint8 (1, height, width, 3) RGB.

    The bytes are brought into the network's order first, where they are a quarter as many as
    floats, and then take one multiplication and one addition.

    Args:
        model: with its only input called `taken.name`; changed.
        taken: what it takes.
        pixels: how; None for bytes as they are.

    Returns:
        The same model.

    Raises:
        DataError: the network takes grey images, and mean or std are of three channels.
    """
    graph = model.graph
    steps = Steps(_OWN, opset_of(model))
    name = INPUT_NAME
    if pixels is not None and pixels.is_bgr:
        order = steps.places("bgr_order", [2, 1, 0])
        name = steps.add("Gather", [name, order], axis=3)
    if taken.layout == "nchw":
        name = steps.add("Transpose", [name], perm=_TO_NCHW)
    grey = taken.channels == 1
    if taken.dtype != "uint8" or grey:
        name = steps.add("Cast", [name], to=TensorProto.FLOAT)
        name = _normalised(steps, name, taken, pixels or Pixels(1.0, (0.0,) * 3, (1.0,) * 3))
        if taken.dtype == "uint8":
            name = steps.add("Round", [name])
            name = steps.add("Cast", [name], to=TensorProto.UINT8)
        elif taken.dtype != "float32":
            name = steps.add("Cast", [name], to=_NUMBERS[taken.dtype])
    steps.nodes.append(helper.make_node("Identity", [name], [taken.name], name=f"{_OWN}end"))
    nodes = [*steps.nodes, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    graph.initializer.extend(steps.constants)
    del graph.input[:]
    sides: list[int | str] = [1, taken.height or "height", taken.width or "width", 3]
    graph.input.append(tensor_info(INPUT_NAME, "uint8", sides))
    return model


def _normalised(steps: Steps, name: str, taken: ImageInput, pixels: Pixels) -> str:
    factor, offset = pixels.factors()
    planes = taken.layout == "nchw"
    if taken.channels == 1:
        if len(set(factor)) > 1 or len(set(offset)) > 1:
            raise DataError(
                "the network takes grey images: --mean and --std take one number then, and --like "
                "imagenet is for three channels"
            )
        # Each channel by its share in grey, then their sum.
        weights = np.array(GREY_WEIGHTS, np.float32)
        if pixels.is_bgr:
            weights = weights[::-1]
        kernel = steps.constant("grey", (weights * factor).reshape(1, 3, 1, 1))
        shift = steps.constant("offset", offset[:1])
        if not planes:
            name = steps.add("Transpose", [name], perm=_TO_NCHW)
        # One channel: its place among the sides makes no difference to the values' order.
        name = steps.add("Conv", [name, kernel, shift], kernel_shape=[1, 1])
        return name if planes else steps.add("Transpose", [name], perm=[0, 2, 3, 1])
    shape = (1, 3, 1, 1) if planes else (1, 1, 1, 3)
    if (factor != 1.0).any():
        name = steps.add("Mul", [name, steps.constant("factor", factor.reshape(shape))])
    if (offset != 0.0).any():
        name = steps.add("Add", [name, steps.constant("offset", offset.reshape(shape))])
    return name
