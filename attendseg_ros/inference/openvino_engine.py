# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""OpenVINO on the processor."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.inference.bundle import Bundle
from attendseg_ros.inference.compiled import compiled_networks
from attendseg_ros.inference.engine import INPUT_NAME, Logits, Port, check_graph

# Its reports to a server of its maker's, which it sends with each import: a robot must not call out
# because its network was loaded. And its converter for the models of training frameworks: 8 MB.
_LEFT_OUT = ("openvino_telemetry", "openvino.tools.ovc")


def _import_the_runtime() -> Any:
    """Imports OpenVINO without what it does without where that cannot be imported.

    Which is what None in `sys.modules` means.
    """
    absent = [name for name in _LEFT_OUT if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        return importlib.import_module("openvino")
    finally:
        for name in absent:
            del sys.modules[name]


openvino = _import_the_runtime()

_DTYPES = {"u8": "uint8", "f32": "float32"}


class OpenVinoEngine:
    """Runs the graph with OpenVINO's CPU plugin."""

    name = "openvino"
    first_run_s = 0.0

    def __init__(self, bundle: Bundle, input_size: tuple[int, int], num_threads: int) -> None:
        """Loads the graph and compiles it for a fixed size, or takes what was compiled earlier.

        OpenVINO keeps what it compiled by the network, the settings, the processor and its own
        version, and compiles anew where a file is damaged.

        Raises:
            BundleError: the graph's input or output is not what the bundle says.
        """
        width, height = input_size
        core = openvino.Core()
        if (folder := compiled_networks()) is not None:
            core.set_property({"CACHE_DIR": str(folder)})
        model = core.read_model(bundle.model)
        check_graph(
            bundle,
            input_size,
            [_port(value) for value in model.inputs],
            [_port(value) for value in model.outputs],
        )
        model.reshape({INPUT_NAME: [1, height, width, 3]})
        compiled = core.compile_model(
            model,
            "CPU",
            {
                "PERFORMANCE_HINT": "LATENCY",
                "NUM_STREAMS": "1",
                "INFERENCE_NUM_THREADS": num_threads,
                # Without it, processors with bfloat16 would round what is not quantized, and the
                # engines would no longer agree.
                "INFERENCE_PRECISION_HINT": "f32",
                # Two segmenters on one robot must not be pinned to the same cores.
                "ENABLE_CPU_PINNING": False,
            },
        )
        self._request = compiled.create_infer_request()
        self.input_size = input_size

    def infer(self, image: NDArray[np.uint8]) -> Logits:
        """See `Engine.infer`; the result is the engine's own memory."""
        results = self._request.infer([image[np.newaxis]], share_inputs=True, share_outputs=True)
        logits: Logits = results[0][0]
        return logits

    def close(self) -> None:
        """Frees the compiled graph."""
        del self._request


def _port(value: Any) -> Port:
    dtype = value.get_element_type().get_type_name()
    return Port(
        name=value.get_any_name() if value.get_names() else "(no name)",
        dtype=_DTYPES.get(dtype, dtype),
        shape=tuple(
            None if side.is_dynamic else side.get_length() for side in value.get_partial_shape()
        ),
    )
