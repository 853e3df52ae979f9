# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""torch on the processor or an NVIDIA GPU: a small interpreter of the bundle's own ONNX graph.

So model.onnx stays the only file of weights. It is slow, and there to check the other engines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from attendseg_ros.errors import EngineError
from attendseg_ros.inference.bundle import Bundle
from attendseg_ros.inference.engine import INPUT_NAME, OUTPUT_NAME, Logits, Port, check_graph
from attendseg_ros.inference.torch_operators import OPERATORS, Attributes, Operator


@dataclass(frozen=True)
class _Step:
    operator: Operator
    attributes: Attributes
    inputs: tuple[str, ...]
    output: str


class TorchEngine:
    """Runs the graph operator by operator in torch.

    The number of threads is torch's own setting and holds for the whole process.
    """

    first_run_s = 0.0

    def __init__(
        self,
        bundle: Bundle,
        input_size: tuple[int, int],
        num_threads: int,
        name: str = "torch",
    ) -> None:
        """Reads the graph and computes what does not depend on the image, weights above all.

        Args:
            bundle: what to run.
            input_size: width and height of the network's input.
            num_threads: of the processor.
            name: "torch" or "torch-cuda".

        Raises:
            BundleError: the graph's input or output is not what the bundle says.
            EngineError: the graph has an operator this engine does not know, or torch finds no GPU
                where one is asked for.
        """
        self.name = name
        self._device = _gpu() if name == "torch-cuda" else torch.device("cpu")
        graph = onnx.load_from_string(bundle.model).graph
        check_graph(
            bundle,
            input_size,
            [_port(value) for value in graph.input],
            [_port(value) for value in graph.output],
        )
        torch.set_num_threads(num_threads)
        self._constants = {
            value.name: self._to_device(numpy_helper.to_array(value)) for value in graph.initializer
        }
        # An optional input that is left out has an empty name.
        self._constants[""] = torch.empty(0)
        self._steps: list[_Step] = []
        with torch.inference_mode():
            for node in graph.node:
                self._add(node)
        self.input_size = input_size

    def _add(self, node: onnx.NodeProto) -> None:
        attributes = {item.name: helper.get_attribute_value(item) for item in node.attribute}
        if node.op_type == "Constant":
            value = self._to_device(numpy_helper.to_array(attributes["value"]))
            self._constants[node.output[0]] = value
            return
        if node.op_type not in OPERATORS:
            raise EngineError(
                f"the torch engine does not know the operator {node.op_type}; it knows "
                f"{', '.join(OPERATORS)}: use engine 'onnxruntime' or 'openvino'"
            )
        operator = OPERATORS[node.op_type]
        step = _Step(operator, attributes, tuple(node.input), node.output[0])
        if all(name in self._constants for name in step.inputs):
            values = [self._constants[name] for name in step.inputs]
            self._constants[step.output] = operator(values, attributes)
        else:
            self._steps.append(step)

    def _to_device(self, value: NDArray[Any]) -> torch.Tensor:
        return torch.from_numpy(value.copy()).to(self._device)

    def infer(self, image: NDArray[np.uint8]) -> Logits:
        """See `Engine.infer`; the result is new memory."""
        # torch warns about memory that it could but must not write to.
        pixels = image if image.flags.writeable else image.copy()
        with torch.inference_mode():
            values = {INPUT_NAME: torch.from_numpy(pixels)[None].to(self._device)}
            for step in self._steps:
                values[step.output] = step.operator(
                    self._gather(step.inputs, values), step.attributes
                )
        logits: Logits = values[OUTPUT_NAME][0].contiguous().cpu().numpy()
        return logits

    def _gather(self, names: Sequence[str], values: dict[str, torch.Tensor]) -> list[torch.Tensor]:
        return [values[name] if name in values else self._constants[name] for name in names]

    def close(self) -> None:
        """Frees the weights."""
        self._constants.clear()
        self._steps.clear()


def _gpu() -> torch.device:
    """The GPU, made to compute as the processor does.

    Raises:
        EngineError: torch finds none.
    """
    if not torch.cuda.is_available():
        raise EngineError(
            "engine 'torch-cuda' is installed but torch finds no GPU it can use: check the driver "
            "with nvidia-smi"
        )
    # TF32 would round what is not quantized, and the engines would no longer agree.
    torch.backends.cudnn.allow_tf32 = False
    return torch.device("cuda")


def _port(value: onnx.ValueInfoProto) -> Port:
    tensor = value.type.tensor_type
    return Port(
        name=value.name,
        dtype=str(helper.tensor_dtype_to_np_dtype(tensor.elem_type)),
        shape=tuple(
            side.dim_value if side.HasField("dim_value") else None for side in tensor.shape.dim
        ),
    )
