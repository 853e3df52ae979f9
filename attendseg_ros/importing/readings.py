# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a graph's output means, as far as the steps before it tell.

A network may end in a softmax, in the number of the winning channel, or in an enlargement to the
image's size. What the decoder does itself is better left to it: it is faster, and scores in place
of ids also tell how sure the network is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import onnx
from onnx import TensorProto, helper


@dataclass(frozen=True)
class Reading:
    """A value of the graph, and what it means.

    Attributes:
        name: of the value.
        kind: "logits", "softmax", "sigmoid" or "ids", or "unknown" where the values must tell.
        channel_axis: of the channels, where a step names it.
        is_enlarged: whether what follows it is a bilinear enlargement, which the decoder does too
            where it goes to the input's size.
    """

    name: str
    kind: str
    channel_axis: int | None = None
    is_enlarged: bool = False


# Steps that change neither values nor, but for their order, sides.
_SAME = ("Identity", "Cast", "Transpose", "Dropout")
_SAME_NUMBERS = (*_SAME, "Squeeze", "Unsqueeze", "Reshape", "Flatten")
_SHARES = {"Softmax": "softmax", "Sigmoid": "sigmoid", "HardSigmoid": "sigmoid"}
_UNKNOWN = (
    *("Clip", "Div", "Exp", "Floor", "Gather", "If", "Loop", "Max", "Min", "ReduceMax", "Scan"),
    *("TopK", "Where"),
)


_MOST_STEPS = 1000


def readings(graph: onnx.GraphProto, output: str) -> list[Reading]:
    """Every value that can stand in for an output, the output itself first, the earliest last.

    All of them give the same mask, as long as their sides are what they seem (see
    `Reading.is_enlarged`).
    """
    makers = {name: node for node in graph.node for name in node.output}
    argmax = _argmax(makers, output)
    if argmax is None:
        return _named(_back(makers, output, None, through_softmax=False))
    axis = int(attribute(argmax, "axis", 0)) % 4
    scores = _back(makers, argmax.input[0], axis, through_softmax=True)
    return [Reading(output, "ids"), *_named(scores)]


def _back(
    makers: dict[str, onnx.NodeProto], name: str, axis: int | None, through_softmax: bool
) -> list[Reading]:
    """Values that come to the same, from a value on; their kind is "" where the next one's is."""
    found: list[Reading] = []
    is_enlarged, is_straight = False, True
    # Steps that feed themselves are refused when the graph runs; until then there must be an end.
    for _ in range(_MOST_STEPS):
        node = makers.get(name)
        operator = node.op_type if node is not None else ""
        if node is None or operator in _UNKNOWN:
            return [*found, Reading(name, "unknown", axis, is_enlarged)]
        if operator in _SHARES:
            if operator == "Softmax" and axis is None and is_straight:
                # Where its shares add up, the channels are.
                own = attribute(node, "axis", None)
                axis = None if own is None else int(own) % 4
                found = [replace(reading, channel_axis=axis) for reading in found]
            found.append(Reading(name, _SHARES[operator], axis, is_enlarged))
            if not through_softmax or (operator == "Softmax" and not _is_over(node, axis)):
                return found
            # The largest share is that of the largest score.
            name = node.input[0]
            continue
        if operator in _SAME and not _to_integer(node):
            found.append(Reading(name, "", axis, is_enlarged))
            is_straight = is_straight and operator != "Transpose"
            if operator == "Transpose" and axis is not None:
                axis = list(attribute(node, "perm", [3, 2, 1, 0]))[axis]
            name = node.input[0]
        elif operator == "Resize" and _is_bilinear(node) and not is_enlarged:
            found.append(Reading(name, "", axis, is_enlarged))
            name, is_enlarged = node.input[0], True
        else:
            break
    return [*found, Reading(name, "logits", axis, is_enlarged)]


def _named(found: list[Reading]) -> list[Reading]:
    """Gives those without a kind that of the next one."""
    kind = ""
    named = []
    for reading in reversed(found):
        kind = reading.kind or kind
        named.append(replace(reading, kind=kind))
    return named[::-1]


def _argmax(makers: dict[str, onnx.NodeProto], name: str) -> onnx.NodeProto | None:
    for _ in range(_MOST_STEPS):
        node = makers.get(name)
        if node is None or node.op_type not in (*_SAME_NUMBERS, "ArgMax"):
            break
        if node.op_type == "ArgMax":
            return node
        name = node.input[0]
    return None


def _is_over(node: onnx.NodeProto, axis: int | None) -> bool:
    """Whether a softmax is over the channels, or at least keeps their order."""
    own = attribute(node, "axis", None)
    return own is None or axis is None or int(own) % 4 == axis


def _to_integer(node: onnx.NodeProto) -> bool:
    kinds = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE)
    return node.op_type == "Cast" and attribute(node, "to", TensorProto.FLOAT) not in kinds


def _is_bilinear(node: onnx.NodeProto) -> bool:
    """Whether an enlargement is the decoder's: bilinear, by the pixels' centres."""
    centres = (b"half_pixel", b"pytorch_half_pixel")
    return (
        attribute(node, "mode", b"nearest") == b"linear"
        and attribute(node, "coordinate_transformation_mode", b"half_pixel") in centres
        and not attribute(node, "antialias", 0)
        # Opset 10 has two inputs, and no choice but the corners.
        and len(node.input) > 2
    )


def attribute(node: onnx.NodeProto, name: str, default: Any) -> Any:
    """An attribute of a node, or a default."""
    for item in node.attribute:
        if item.name == name:
            return helper.get_attribute_value(item)
    return default
