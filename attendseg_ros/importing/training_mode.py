# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Networks exported as they are trained, not as they are used: nobody sees it in a mask."""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import numpy_helper

from attendseg_ros.errors import DataError
from attendseg_ros.importing.readings import attribute
from attendseg_ros.importing.tensors import all_nodes
from attendseg_ros.shortening import shortened_text

_RANDOM = frozenset(
    {
        "Bernoulli",
        "Multinomial",
        "RandomNormal",
        "RandomNormalLike",
        "RandomUniform",
        "RandomUniformLike",
    }
)


def check_inference(model: onnx.ModelProto, path: Path) -> None:
    """Checks that a graph gives an image the same scores always, and those of its training's end.

    Args:
        model: with the steps that its result needs, and no others.
        path: of its file, for messages.

    Raises:
        DataError: it drops values at random, normalises by the image at hand, or draws numbers.
    """
    for node in all_nodes(model):
        what = ""
        if node.op_type == "Dropout" and _drops(model, node):
            what = "drops values at random"
        elif node.op_type == "BatchNormalization" and _measures(node):
            what = "normalises by the image at hand in place of what it learnt"
        if what:
            raise DataError(
                f"{path}: is in training mode (step '{_named(node)}' {what}): export it behind "
                "network.eval(), with training=torch.onnx.TrainingMode.EVAL"
            )
        if node.op_type in _RANDOM:
            raise DataError(
                f"{path}: draws random numbers (step '{_named(node)}'), so that an image's mask "
                "would be another each time: export the network without them"
            )


def _named(node: onnx.NodeProto) -> str:
    return shortened_text(f"{node.name} ({node.op_type})" if node.name else node.op_type)


def _drops(model: onnx.ModelProto, node: onnx.NodeProto) -> bool:
    """Whether a Dropout is told that it trains; what is not told until it runs counts as such."""
    if len(node.input) < 3 or not node.input[2]:
        return False
    mode = _constant(model, node.input[2])
    return mode is None or bool(numpy_helper.to_array(mode).any())


def _measures(node: onnx.NodeProto) -> bool:
    # Before opset 14 the further outputs say it, which only training has.
    return bool(attribute(node, "training_mode", 0)) or any(node.output[1:])


def _constant(model: onnx.ModelProto, name: str) -> onnx.TensorProto | None:
    stored: onnx.TensorProto | None
    for stored in model.graph.initializer:
        if stored.name == name:
            return stored
    for node in all_nodes(model):
        if name in node.output:
            if node.op_type == "Constant":
                stored = attribute(node, "value", None)
                return stored
            if node.op_type in ("Identity", "Cast"):
                return _constant(model, node.input[0])
    return None
