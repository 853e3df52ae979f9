# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Who makes and who reads each tensor of an ONNX graph."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray

from attendseg_ros.deployment.graph import constants

QUANTIZE = "QuantizeLinear"
DEQUANTIZE = "DequantizeLinear"

MOVERS = ("MaxPool", "Resize", "Transpose", "Reshape", "SpaceToDepth", "DepthToSpace")
"""Steps whose results are among what they read: one scale fits both sides. (Resize: nearest.)"""


@dataclass(frozen=True)
class Reading:
    """One input of a step."""

    node: onnx.NodeProto
    position: int


class Wiring:
    """A graph's steps, and what connects them.

    Attributes:
        nodes: in the graph's order.
        constants: by name.
        makers: the step that computes a tensor, by the tensor's name.
    """

    def __init__(self, model: onnx.ModelProto) -> None:
        """Reads a model, which must not change meanwhile."""
        self.nodes = list(model.graph.node)
        self.constants: dict[str, NDArray[np.generic]] = constants(model)
        self.makers = {name: node for node in self.nodes for name in node.output}
        self._readers: dict[str, list[Reading]] = defaultdict(list)
        for node in self.nodes:
            for position, name in enumerate(node.input):
                self._readers[name].append(Reading(node, position))

    def readers(self, name: str) -> list[Reading]:
        """The inputs that a tensor goes to; none for a result of the graph."""
        return self._readers.get(name, [])

    def made_by(self, name: str) -> str:
        """The kind of the step that computes a tensor; empty for inputs and constants."""
        return self.makers[name].op_type if name in self.makers else ""

    def computed(self, node: onnx.NodeProto) -> list[int]:
        """Positions of a step's inputs that are no constants and not left out."""
        return [
            position
            for position, name in enumerate(node.input)
            if name and name not in self.constants
        ]

    def fused_addend(self, node: onnx.NodeProto) -> int | None:
        """Which input of an Add is a convolution's result that nobody else reads.

        An engine adds the other one within that convolution. Where both are, it is the later one.
        """
        for position in reversed(self.computed(node)):
            name = node.input[position]
            if self.made_by(name) == "Conv" and len(self.readers(name)) == 1:
                return position
        return None
