# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The tiny bundle with a fault in its graph that certain images trigger: real engines run it.

What an image triggers stands in the red of its first pixel, at the network's own input size.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from support.tiny_bundle import colour_classifier, write_tiny_bundle

from attendseg_ros.labels import ClassTable

BAD = 251
"""Red of the first pixel that makes the logits those of the fault."""

HANGS = 252
"""Red that has the engine never return."""

STAYS = 253
"""Red that has the engine return late, but right."""


def write_bad_logits(
    folder: Path, value: float, *, everywhere: bool = True, input_size: tuple[int, int]
) -> Path:
    """A bundle whose logits are not finite for images marked `BAD`.

    Args:
        folder: where it goes.
        value: added to the logits: NaN or an infinity.
        everywhere: in all logits, or in one cell of the last class only.
        input_size: the network's.
    """
    bad = np.full((1, len(ClassTable.load("camvid")), 1, 1), value, np.float32)
    if not everywhere:
        width, height = input_size
        bad = np.zeros((1, bad.shape[1], height // 4, width // 4), np.float32)
        bad[0, -1, 3, 5] = value
    constants = {"bad": bad, "good": np.zeros((1, 1, 1, 1), np.float32)}
    node = helper.make_node
    nodes = [
        *_marked(BAD, "is_bad"),
        node("Where", ["is_bad", "bad", "good"], ["more"]),
        node("Add", ["clean", "more"], ["logits"]),
    ]
    return _write(folder, nodes, constants, input_size)


def write_half_overflow(folder: Path, *, input_size: tuple[int, int]) -> Path:
    """A bundle that computes in float16, where the logits of images marked `BAD` overflow."""
    constants = {"much": np.float32(1e6), "once": np.float32(1.0)}
    node = helper.make_node
    nodes = [
        *_marked(BAD, "is_bad"),
        node("Where", ["is_bad", "much", "once"], ["factor"]),
        node("Mul", ["clean", "factor"], ["scaled"]),
        node("Cast", ["scaled"], ["half"], to=TensorProto.FLOAT16),
        node("Cast", ["half"], ["logits"], to=TensorProto.FLOAT),
    ]
    return _write(folder, nodes, constants, input_size)


def write_hanging(
    folder: Path, *, rounds: int = 2_000_000, input_size: tuple[int, int], **how: Any
) -> Path:
    """A bundle that ONNX Runtime never returns from, or late, for images marked so.

    Args:
        folder: where it goes.
        rounds: of a loop that a `STAYS` image takes; a million are about a second or a few.
        input_size: the network's.
        how: further arguments of `write_tiny_bundle`.
    """
    scalar = helper.make_tensor_value_info
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go_on_in"], ["go_on_out"]),
            helper.make_node("Mul", ["sum_in", "sum_in"], ["sum_out"]),
        ],
        "wait",
        [
            scalar("round", TensorProto.INT64, []),
            scalar("go_on_in", TensorProto.BOOL, []),
            scalar("sum_in", TensorProto.FLOAT, []),
        ],
        [
            scalar("go_on_out", TensorProto.BOOL, []),
            scalar("sum_out", TensorProto.FLOAT, []),
        ],
    )
    constants = {
        "for_ever": np.int64(2**62),
        "a_while": np.int64(rounds),
        "at_once": np.int64(0),
        "true": np.bool_(True),
        "nothing": np.float32(0.0),
    }
    node = helper.make_node
    nodes = [
        *_marked(HANGS, "hangs"),
        *_marked(STAYS, "stays"),
        node("Where", ["stays", "a_while", "at_once"], ["some_rounds"]),
        node("Where", ["hangs", "for_ever", "some_rounds"], ["rounds"]),
        node("Loop", ["rounds", "true", "nothing"], ["result"], body=body),
        node("Add", ["clean", "result"], ["logits"]),
    ]
    return _write(folder, nodes, constants, input_size, **how)


def marked(rgb: NDArray[np.uint8], mark: int) -> NDArray[np.uint8]:
    """A copy of an image with a mark in its first pixel."""
    copy = rgb.copy()
    copy[0, 0, 0] = mark
    return copy


def _marked(mark: int, name: str) -> list[onnx.NodeProto]:
    """Whether the image has that mark, as a bool scalar of that name."""
    constants = {
        "start": [0, 0, 0],
        "stop": [1, 1, 1],
        "axes": [1, 2, 3],
        "no_shape": [],
        "mark": mark,
    }
    node = helper.make_node
    nodes = [
        node(
            "Constant",
            [],
            [f"{name}_{key}"],
            value=numpy_helper.from_array(np.asarray(value, np.int64), f"{name}_{key}"),
        )
        for key, value in constants.items()
    ]
    ends = [f"{name}_{key}" for key in ("start", "stop", "axes")]
    return [
        *nodes,
        node("Slice", ["image", *ends], [f"{name}_pixel"]),
        node("Cast", [f"{name}_pixel"], [f"{name}_wide"], to=TensorProto.INT64),
        node("Reshape", [f"{name}_wide", f"{name}_no_shape"], [f"{name}_red"]),
        node("Equal", [f"{name}_red", f"{name}_mark"], [name]),
    ]


def _write(
    folder: Path,
    nodes: list[onnx.NodeProto],
    constants: dict[str, Any],
    input_size: tuple[int, int],
    **how: Any,
) -> Path:
    model = colour_classifier(ClassTable.load("camvid"))
    model.graph.node[-1].output[0] = "clean"
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(
        numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()
    )
    onnx.checker.check_model(model)
    return write_tiny_bundle(folder, model=model.SerializeToString(), input_size=input_size, **how)
