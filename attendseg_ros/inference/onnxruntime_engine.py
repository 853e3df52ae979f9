# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime on the processor."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from attendseg_ros.inference.bundle import Bundle
from attendseg_ros.inference.engine import INPUT_NAME, OUTPUT_NAME, Logits, Port, check_graph


class OnnxRuntimeEngine:
    """Runs the graph with ONNX Runtime's CPU provider."""

    name = "onnxruntime"

    def __init__(self, bundle: Bundle, input_size: tuple[int, int], num_threads: int) -> None:
        """Loads the graph at a fixed size, which lets the optimiser plan memory and layouts.

        Raises:
            BundleError: the graph's input or output is not what the bundle says.
        """
        width, height = input_size
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = num_threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        # Spinning threads would keep whole cores busy between frames, on a robot that has other
        # work, and during the decoding that follows.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_free_dimension_override_by_name("height", height)
        options.add_free_dimension_override_by_name("width", width)
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            bundle.model, options, providers=["CPUExecutionProvider"]
        )
        self.input_size = input_size
        check_graph(
            bundle,
            input_size,
            [_port(value) for value in self._session.get_inputs()],
            [_port(value) for value in self._session.get_outputs()],
        )

    def infer(self, image: NDArray[np.uint8]) -> Logits:
        """See `Engine.infer`; the result is new memory."""
        outputs = self._session.run([OUTPUT_NAME], {INPUT_NAME: image[np.newaxis]})
        logits: Logits = outputs[0][0]
        return logits

    def close(self) -> None:
        """Frees the session."""
        del self._session


def _port(value: Any) -> Port:
    dtype = value.type.removeprefix("tensor(").removesuffix(")")
    return Port(
        name=value.name,
        dtype={"float": "float32"}.get(dtype, dtype),
        shape=tuple(side if isinstance(side, int) else None for side in value.shape),
    )
