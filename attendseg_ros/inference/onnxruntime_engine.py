# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime on the processor or, with its CUDA and TensorRT providers, on an NVIDIA GPU."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from attendseg_ros.inference.bundle import Bundle
from attendseg_ros.inference.engine import INPUT_NAME, OUTPUT_NAME, Logits, Port, check_graph
from attendseg_ros.inference.execution_providers import name_of, providers_for, steps_by_provider
from attendseg_ros.temporary import TemporaryFolder


def session_options(input_size: tuple[int, int], num_threads: int) -> onnxruntime.SessionOptions:
    """How a network runs on a robot, at a width and height and on so many threads."""
    width, height = input_size
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = num_threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    # Spinning threads would keep whole cores busy between frames, on a robot that has other
    # work, and during the decoding that follows.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Without VNNI, AVX2 and AVX-512 add pairs of 8-bit products in 16 bits, which overflow and
    # give wrong classes. This setting has such processors, and no others, compute more widely.
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.add_free_dimension_override_by_name("height", height)
    options.add_free_dimension_override_by_name("width", width)
    options.log_severity_level = 3
    return options


class OnnxRuntimeEngine:
    """Runs the graph with ONNX Runtime.

    Its name is that of what really runs: where a provider that was asked for cannot run all of the
    network, ONNX Runtime takes others without an error.
    """

    first_run_s = 0.0

    def __init__(
        self,
        bundle: Bundle,
        input_size: tuple[int, int],
        num_threads: int,
        asked: str = "onnxruntime",
    ) -> None:
        """Loads the graph at a fixed size, which lets the optimiser plan memory and layouts.

        Args:
            bundle: what to run.
            input_size: width and height of the network's input.
            num_threads: of the processor.
            asked: "onnxruntime", "cuda" or "tensorrt".

        Raises:
            BundleError: the graph's input or output is not what the bundle says.
        """
        options = session_options(input_size, num_threads)
        self.name = asked
        self.input_size = input_size
        self._providers = providers_for(asked, bundle.precision)
        if len(self._providers) == 1:
            # No file is made: a full disk, or one that can only be read, ends nothing.
            self._load(bundle, options)
            return
        with TemporaryFolder() as folder:
            options.enable_profiling = True
            options.profile_file_prefix = f"{folder}/steps"
            self._load(bundle, options)
            self.name = self._what_runs()

    def _load(self, bundle: Bundle, options: onnxruntime.SessionOptions) -> None:
        # A GPU that fails, now or later, must show as an error, not as a processor under its name.
        self._session = onnxruntime.InferenceSession(
            bundle.model, options, providers=self._providers, enable_fallback=0
        )
        self._session.disable_fallback()
        check_graph(
            bundle,
            self.input_size,
            [_port(value) for value in self._session.get_inputs()],
            [_port(value) for value in self._session.get_outputs()],
        )

    def _what_runs(self) -> str:
        """Runs a blank image and reads off the profile where its steps ran."""
        width, height = self.input_size
        self.infer(np.zeros((height, width, 3), np.uint8))
        profile = Path(self._session.end_profiling())
        return name_of(steps_by_provider(json.loads(profile.read_text(encoding="utf-8"))))

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
