# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The layers of a network that OpenVINO has compiled.

Times are its counters' (`PERF_COUNT`), names and sides its runtime model's.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.benchmark.layers import kinds
from attendseg_ros.benchmark.layers.layer import WARM_UP, Layer
from attendseg_ros.inference import Bundle
from attendseg_ros.inference.openvino_engine import compile_network, openvino, settings_for

_CONVOLUTION = "Convolution"
_BESIDE_SIDES = 2
"""Batch and channels."""


class OpenVinoProfiler:
    """See `Profiler`."""

    def __init__(self, bundle: Bundle, image: NDArray[np.uint8], num_threads: int) -> None:
        """Compiles the graph and runs it until it is warm.

        Raises:
            BundleError: the graph's input or output is not what the bundle says.
        """
        settings = {**settings_for(num_threads), "PERF_COUNT": True}
        height, width = image.shape[:2]
        compiled = compile_network(openvino.Core(), bundle, (width, height), settings)
        self._request = compiled.create_infer_request()
        self._image = image[np.newaxis]
        self._runs = 0
        for _ in range(WARM_UP):
            self.run()
        self._cold = self._microseconds()
        operations = compiled.get_runtime_model().get_ordered_ops()
        self._steps = [_Step(operation) for operation in operations]

    def run(self) -> None:
        """See `Profiler`."""
        self._request.infer([self._image], share_inputs=True, share_outputs=True)
        self._runs += 1

    def layers(self) -> list[Layer]:
        """See `Profiler`.

        OpenVINO counts whole microseconds, rounded down: what that takes from a layer lies between
        the layers.
        """
        # Its counters are means since the network was compiled.
        warm = self._microseconds()
        runs = self._runs - WARM_UP
        # A step of less than a microsecond counts as not executed, and may be one later.
        means = {
            name: max(0.0, (mean * self._runs - self._cold.get(name, 0.0) * WARM_UP) / runs)
            for name, mean in warm.items()
        }
        return [
            Layer(step.name, step.kind, step.macs, means[step.name] / 1e3)
            for step in self._steps
            if step.name in means
        ]

    def _microseconds(self) -> dict[str, float]:
        return {
            step.node_name: step.real_time.total_seconds() * 1e6
            for step in self._request.get_profiling_info()
            if step.status.name == "EXECUTED"
        }


class _Step:
    """An operation of a runtime model."""

    def __init__(self, operation: Any) -> None:
        self.name: str = operation.friendly_name
        operator = operation.get_rt_info()["layerType"].astype(str)
        inputs = [tuple(value.get_shape()) for value in operation.input_values()]
        outputs = [tuple(value.get_shape()) for value in operation.outputs()]
        self.macs = 0
        self.kind = kinds.kind_of_operator(operator)
        if operator == _CONVOLUTION:
            self.kind, self.macs = _convolution(inputs[0], inputs[1], outputs[0])
        elif self.kind == kinds.TRANSPOSED:
            # A kernel is (in, out, height, width), used once for each input pixel.
            self.macs = math.prod(inputs[0]) * math.prod(inputs[1][1:])
        elif self.kind == kinds.MATRIX:
            self.macs = math.prod(outputs[0]) * inputs[0][-1]


def _convolution(
    image: tuple[int, ...], kernel: tuple[int, ...], result: tuple[int, ...]
) -> tuple[str, int]:
    """Kind and multiplications; a kernel is (out, in, height, width), with groups in front."""
    window = len(result) - _BESIDE_SIDES
    groups = kernel[0] if len(kernel) > len(result) else 1
    kind = kinds.kind_of_convolution(image[1], result[1], groups, kernel[-window:])
    return kind, math.prod(result) * math.prod(kernel[-window - 1 :])
