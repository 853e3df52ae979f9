# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Steps and constants that are added to a graph, named so that they cannot be mistaken."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper


class Steps:
    """Nodes and constants in the making.

    Attributes:
        nodes: in their order.
        constants: that they use.
    """

    def __init__(self, prefix: str, opset: int) -> None:
        """Begins.

        Args:
            prefix: of every name.
            opset: of the graph that they are for.
        """
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._prefix = prefix
        self._opset = opset

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        """Stores an array."""
        name = self._prefix + name
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def number(self, name: str, value: float) -> str:
        """Stores a single float32."""
        name = self._prefix + name
        self.constants.append(numpy_helper.from_array(np.array(value, np.float32), name))
        return name

    def places(self, name: str, values: Sequence[int]) -> str:
        """Stores places among sides or channels."""
        return self.constant(name, np.array(values, np.int64))

    def add(self, operator: str, inputs: Sequence[str], **attributes: int | list[int]) -> str:
        """Adds a node of one output, whose name it returns."""
        output = f"{self._prefix}{operator.lower()}_{len(self.nodes)}"
        node = helper.make_node(operator, inputs, [output], name=output)
        for key, value in attributes.items():
            node.attribute.append(helper.make_attribute(key, value))
        self.nodes.append(node)
        return output

    def unsqueeze(self, name: str, axes: list[int]) -> str:
        """Adds sides of 1; from opset 13 on an input says where."""
        if self._opset < 13:
            return self.add("Unsqueeze", [name], axes=axes)
        return self.add("Unsqueeze", [name, self.places("axes", axes)])
