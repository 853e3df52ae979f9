# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Writes a tiny bundle whose answers are known: a pixel is the class with the nearest colour.

|p - c|^2 is smallest where 2 p.c - |c|^2 is largest, which is linear in the pixel p: one 4x4
convolution of stride 4 that averages and classifies at once, in real 8-bit QDQ. An image painted in
class colours comes back as its labels, so a whole node can be tested without a trained network.

From a shell: `python test/support/tiny_bundle.py OUT_DIR`.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import yaml
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from attendseg_ros.labels import ClassTable

STRIDE = 4
SIZE_MULTIPLE = 64

SHARPNESS = 4.0
"""Factor on the logits: painted pixels of CamVid's nearest pair of colours are 98 % sure."""

STRIPE_ORDER = (3, 1, 5, 9, 7, 8, 4, 10, 0, 2, 6)
"""CamVid ids in an order in which no third class is nearest to a mixture of two neighbours."""


def write_tiny_bundle(
    folder: Path,
    *,
    classes: ClassTable | None = None,
    input_size: tuple[int, int] = (128, 64),
    model: bytes | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Path:
    """Writes a bundle of the colour classifier.

    Args:
        folder: made if missing.
        classes: CamVid's if left out.
        input_size: width and height, multiples of 64.
        model: other content of model.onnx in place of `colour_classifier(classes)`.
        overrides: fields of model.yaml that are to differ.

    Returns:
        The folder.
    """
    classes = classes or ClassTable.load("camvid")
    content = colour_classifier(classes).SerializeToString() if model is None else model
    description = {
        "format_version": 1,
        "name": "tiny",
        "description": "Nearest class colour: a network whose answers are known, for tests.",
        "precision": "int8",
        "sha256": hashlib.sha256(content).hexdigest(),
        "input_size": list(input_size),
        "size_multiple": SIZE_MULTIPLE,
        "output_stride": STRIDE,
        **classes.to_mapping(),
        "counts": {
            "parameters": len(classes) * (3 * STRIDE**2 + 1),
            "macs": len(classes) * 3 * input_size[0] * input_size[1],
            "weight_bytes": len(classes) * (3 * STRIDE**2 + 4),
        },
        "scores": {},
        "license": {"weights": "Apache-2.0", "data": "none"},
        **(overrides or {}),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(content)
    (folder / "model.yaml").write_text(yaml.safe_dump(description, sort_keys=False))
    (folder / "MODEL_CARD.md").write_text(f"# tiny\n\n{description['description']}\n")
    return folder


def colour_classifier(classes: ClassTable) -> onnx.ModelProto:
    """The graph: Transpose, DequantizeLinear, Conv with int8 weights, uint8 logits."""
    colors = np.array([info.color for info in classes.classes], np.float32)
    centred = (colors - 128.0) / 64.0
    weights = np.repeat(2.0 * SHARPNESS / STRIDE**2 * centred, STRIDE**2, axis=1)
    weights = weights.reshape(len(classes), 3, STRIDE, STRIDE)
    bias = -SHARPNESS * (centred**2).sum(axis=1)
    # Every logit lies within these bounds, for pixels anywhere in the colour cube.
    reach = np.abs(weights).sum(axis=(1, 2, 3)) * 2.0
    logit_scale = float((reach.max() + np.abs(bias).max()) / 127.0)
    weight_scales = np.maximum(np.abs(weights).max(axis=(1, 2, 3)) / 127.0, 1e-6)
    constants = {
        "image_scale": np.float32(1 / 64),
        "image_zero": np.uint8(128),
        "weights": np.rint(weights / weight_scales[:, None, None, None]).astype(np.int8),
        "weight_scales": weight_scales.astype(np.float32),
        "weight_zeros": np.zeros(len(classes), np.int8),
        "bias": np.rint(bias / (weight_scales / 64.0)).astype(np.int32),
        "bias_scales": (weight_scales / 64.0).astype(np.float32),
        "bias_zeros": np.zeros(len(classes), np.int32),
        "logit_scale": np.float32(logit_scale),
        "logit_zero": np.uint8(128),
    }
    dequantize, node = "DequantizeLinear", helper.make_node
    nodes = [
        node("Transpose", ["image"], ["planes"], perm=[0, 3, 1, 2]),
        node(dequantize, ["planes", "image_scale", "image_zero"], ["normalised"]),
        node(dequantize, ["weights", "weight_scales", "weight_zeros"], ["weights_f"], axis=0),
        node(dequantize, ["bias", "bias_scales", "bias_zeros"], ["bias_f"], axis=0),
        node("Conv", ["normalised", "weights_f", "bias_f"], ["scores"], strides=[STRIDE, STRIDE]),
        node("QuantizeLinear", ["scores", "logit_scale", "logit_zero"], ["quantized"]),
        node(dequantize, ["quantized", "logit_scale", "logit_zero"], ["logits"]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, [1, "height", "width", 3])
    logits = helper.make_tensor_value_info(
        "logits", TensorProto.FLOAT, [1, len(classes), "logits_height", "logits_width"]
    )
    initializers = [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()]
    graph = helper.make_graph(nodes, "colour_classifier", [image], [logits], initializers)
    # IR version 8 and opset 17 are read by every ONNX Runtime since 1.12.
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def stripes(width: int, height: int, count: int = len(STRIPE_ORDER)) -> NDArray[np.uint8]:
    """Upright stripes of CamVid ids, uint8 (height, width): a mask to paint and to get back.

    It comes back exactly at the network's input size when the stripes are multiples of 4 pixels
    wide, and up to a pixel beside each border at other sizes.
    """
    columns = np.array(STRIPE_ORDER, np.uint8)[np.arange(width) * count // width]
    return np.ascontiguousarray(np.broadcast_to(columns, (height, width)))


def painted(labels: NDArray[np.uint8], classes: ClassTable | None = None) -> NDArray[np.uint8]:
    """The image, uint8 (H, W, 3) RGB, of which the tiny bundle gives these labels."""
    return (classes or ClassTable.load("camvid")).palette()[labels]


def main() -> None:
    """Writes the bundle to the folder named on the command line."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("out_dir", type=Path)
    parser.add_argument("--input-size", type=int, nargs=2, default=(128, 64), metavar=("W", "H"))
    arguments = parser.parse_args()
    width, height = arguments.input_size
    print(write_tiny_bundle(arguments.out_dir, input_size=(width, height)))


if __name__ == "__main__":
    main()
