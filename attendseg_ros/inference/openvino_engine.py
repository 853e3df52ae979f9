# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""OpenVINO on the processor."""

from __future__ import annotations

import contextlib
import hashlib
import io
import platform
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.inference.bundle import Bundle
from attendseg_ros.inference.compiled import key_of, load_compiled, store_compiled
from attendseg_ros.inference.engine import (
    INPUT_NAME,
    OUTPUT_NAME,
    Logits,
    Port,
    check_graph,
    cpuinfo,
    physical_cores,
)
from attendseg_ros.partial_import import import_without

# Without its reports to a server of its maker's, which it sends with each import: a robot must not
# call out because its network was loaded. And without its converter for the models of training
# frameworks: 8 MB.
openvino = import_without("openvino", "openvino_telemetry", "openvino.tools.ovc")

_DTYPES = {"u8": "uint8", "f32": "float32"}


def settings_for(num_threads: int) -> dict[str, Any]:
    """How a network runs on a robot, on so many threads."""
    return {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": "1",
        "INFERENCE_NUM_THREADS": num_threads,
        # Without it, processors with bfloat16 would round what is not quantized, and the
        # engines would no longer agree.
        "INFERENCE_PRECISION_HINT": "f32",
        # On two cores a thread that wakes up is often put where the first one runs, and waits for
        # it. Where cores are left over, two segmenters must not be pinned to the same ones.
        "ENABLE_CPU_PINNING": num_threads >= physical_cores(),
    }


class OpenVinoEngine:
    """Runs the graph with OpenVINO's CPU plugin."""

    name = "openvino"
    first_run_s = 0.0

    def __init__(self, bundle: Bundle, input_size: tuple[int, int], num_threads: int) -> None:
        """Loads the graph and compiles it for a fixed size, or takes what was compiled earlier.

        What is compiled is kept by the network, the settings, the processor and the library's
        version. The library's own cache is not used: it takes a damaged file as a whole one.

        Raises:
            BundleError: the graph's input or output is not what the bundle says.
        """
        compiled = _compiled(openvino.Core(), bundle, input_size, settings_for(num_threads))
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


def _compiled(
    core: Any, bundle: Bundle, input_size: tuple[int, int], settings: dict[str, Any]
) -> Any:
    """What was compiled of the same earlier, else compiled now and stored.

    What was compiled needs no reader of ONNX, which takes 25 MB for good.
    """
    key = key_of(
        library=openvino.__version__,
        processor=_processor(core),
        network=hashlib.sha256(bundle.model).hexdigest(),
        input_size=input_size,
        settings=sorted(settings.items()),
    )
    if (stored := load_compiled(key)) is not None:
        # Whole, but of a build with other parts under the same version: made again.
        with contextlib.suppress(RuntimeError):
            compiled = core.import_model(stored, "CPU", settings)
            _check(bundle, input_size, compiled)
            return compiled
    compiled = compile_network(core, bundle, input_size, settings)
    stream = io.BytesIO()
    compiled.export_model(stream)
    store_compiled(key, stream.getvalue())
    return compiled


def compile_network(
    core: Any, bundle: Bundle, input_size: tuple[int, int], settings: dict[str, Any]
) -> Any:
    """Compiles a bundle's graph for a width and height.

    Raises:
        BundleError: the graph's input or output is not what the bundle says.
    """
    width, height = input_size
    model = core.read_model(bundle.model)
    _check(bundle, input_size, model)
    model.reshape({INPUT_NAME: [1, height, width, 3]})
    return core.compile_model(model, "CPU", settings)


def _check(bundle: Bundle, input_size: tuple[int, int], graph: Any) -> None:
    inputs, outputs = ([_port(value) for value in ports] for ports in (graph.inputs, graph.outputs))
    check_graph(bundle, input_size, inputs, outputs)


def _processor(core: Any) -> list[str]:
    """What code is made for: a cache can be on a disk that another machine gets."""
    flags = cpuinfo("flags", "Features")[:1]
    return [platform.machine(), str(core.get_property("CPU", "FULL_DEVICE_NAME")), *flags]


def _port(value: Any) -> Port:
    dtype = value.get_element_type().get_type_name()
    names = value.get_names()
    # A network that was compiled gives further names to what it has rewritten.
    ours = names & {INPUT_NAME, OUTPUT_NAME}
    return Port(
        name=min(ours or names, default="(no name)"),
        dtype=_DTYPES.get(dtype, dtype),
        shape=tuple(
            None if side.is_dynamic else side.get_length() for side in value.get_partial_shape()
        ),
    )
