# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The layers of a network that ONNX Runtime runs on the processor, from its session's profile."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from attendseg_ros.benchmark.layers import kinds
from attendseg_ros.benchmark.layers.layer import WARM_UP, Layer
from attendseg_ros.inference import Bundle
from attendseg_ros.inference.execution_providers import providers_for
from attendseg_ros.inference.onnxruntime_engine import session_options
from attendseg_ros.inference.session_profile import Step, macs_of, runs_of
from attendseg_ros.temporary import TemporaryFolder


class OnnxRuntimeProfiler:
    """See `Profiler`."""

    def __init__(self, bundle: Bundle, image: NDArray[np.uint8], num_threads: int) -> None:
        """Loads the graph, counts its multiplications, and runs it until it is warm."""
        height, width = image.shape[:2]
        options = session_options((width, height), num_threads)
        self._image = image[np.newaxis]
        # An optimised step tells no sides of weights that were packed for the processor.
        plain = session_options((width, height), num_threads)
        plain.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        counting = _Session(bundle, plain)
        counting.run(self._image)
        (steps,) = counting.end()
        self._plain = {step.name: step for step in steps}
        self._session = _Session(bundle, options)
        for _ in range(WARM_UP):
            self.run()

    def run(self) -> None:
        """See `Profiler`."""
        self._session.run(self._image)

    def layers(self) -> list[Layer]:
        """See `Profiler`."""
        runs = self._session.end()[WARM_UP:]
        means = np.mean([[step.ms for step in run] for run in runs], axis=0)
        return [self._layer(step, float(mean)) for step, mean in zip(runs[0], means, strict=True)]

    def _layer(self, step: Step, ms: float) -> Layer:
        kind = kinds.kind_of_operator(step.operator)
        is_convolution = "Conv" in step.operator and kind != kinds.TRANSPOSED
        if not is_convolution and kind not in (kinds.MATRIX, kinds.TRANSPOSED):
            return Layer(step.name, kind, 0, ms)
        told = step if macs_of(step) else self._plain.get(step.name, step)
        macs = macs_of(told) or None
        if is_convolution and macs is not None:
            _, in_a_group, *window = told.inputs[1]
            inputs, outputs = told.inputs[0][1], told.outputs[0][1]
            kind = kinds.kind_of_convolution(inputs, outputs, inputs // in_a_group, window)
        return Layer(step.name, kind, macs, ms)


class _Session:
    """A session with a profile of its own."""

    def __init__(self, bundle: Bundle, options: onnxruntime.SessionOptions) -> None:
        self._folder = TemporaryFolder()
        options.enable_profiling = True
        options.profile_file_prefix = f"{self._folder.name}/steps"
        self._session = onnxruntime.InferenceSession(
            bundle.model, options, providers=providers_for("onnxruntime", bundle.precision)
        )

    def run(self, image: NDArray[np.uint8]) -> None:
        self._session.run(None, {"image": image})

    def end(self) -> list[list[Step]]:
        """The steps of each run."""
        profile = Path(self._session.end_profiling())
        events = json.loads(profile.read_text(encoding="utf-8"))
        self._folder.cleanup()
        return list(runs_of(events))
