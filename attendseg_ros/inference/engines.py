# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The engines there are: which names they have, which are installed, how one is made."""

from __future__ import annotations

import importlib.util
import time

import numpy as np

from attendseg_ros.errors import BundleError, EngineError, one_line
from attendseg_ros.inference.accelerators import GPU_ENGINES, reason_missing
from attendseg_ros.inference.bundle import MODEL_FILE, Bundle
from attendseg_ros.inference.engine import MOST_THREADS, Engine, default_threads
from attendseg_ros.inference.stated_output import check_kind

PROCESSOR_ENGINES = ("onnxruntime", "openvino", "torch")
ENGINE_NAMES = (*PROCESSOR_ENGINES, *GPU_ENGINES)

LARGEST_SIDE = 4096
"""Largest width and height of the network's input in pixels; beyond it memory runs out first."""

_MODULES_NEEDED = {
    "onnxruntime": ("onnxruntime",),
    "openvino": ("openvino",),
    "torch": ("torch", "onnx"),
    "cuda": ("onnxruntime",),
    "tensorrt": ("onnxruntime",),
    "torch-cuda": ("torch", "onnx"),
}


def available_engines() -> dict[str, str | None]:
    """Every engine's name, with None where it is installed, else the reason it is not available.

    Nothing is imported to find out.
    """
    return {name: _reason_missing(name) for name in ENGINE_NAMES}


def _reason_missing(name: str) -> str | None:
    missing = [module for module in _MODULES_NEEDED[name] if not importlib.util.find_spec(module)]
    if missing:
        names = " ".join(missing)
        return f"Python package {' and '.join(missing)} is not installed (pip install {names})"
    return reason_missing(name) if name in GPU_ENGINES else None


def check_available(name: str) -> None:
    """Checks that an engine's packages, and what else it needs, are installed.

    Raises:
        EngineError: one is not, or the engine is unknown; the message names the engines there are.
    """
    if name not in ENGINE_NAMES:
        raise EngineError(f"unknown engine '{name}': the engines are {', '.join(ENGINE_NAMES)}")
    reason = _reason_missing(name)
    if reason:
        here = [other for other, why in available_engines().items() if why is None]
        raise EngineError(
            f"engine '{name}' is not available: {reason}; the engines here are "
            f"{', '.join(here) or 'none'}"
        )


def check_input_size(bundle: Bundle, input_size: tuple[int, int]) -> None:
    """Checks a size for the network's input.

    Raises:
        EngineError: width or height is no multiple of what the network needs, or too large.
    """
    multiple = bundle.size_multiple
    if bundle.output_size is not None and (unfit := bundle.unfit_size(input_size)):
        raise EngineError(
            f"model '{bundle.name}' {unfit}: its graph is built for that size, got input_size "
            f"{input_size[0]}x{input_size[1]}"
        )
    for side in input_size:
        if not multiple <= side <= LARGEST_SIDE or side % multiple:
            raise EngineError(
                f"input_size must be a width and a height from {multiple} to {LARGEST_SIDE}, "
                f"multiples of {multiple}, got {input_size[0]}x{input_size[1]}"
            )


def create_engine(
    name: str, bundle: Bundle, input_size: tuple[int, int], num_threads: int = 0
) -> Engine:
    """Makes an engine ready to run: built, checked against the bundle and run once.

    ONNX Runtime may fall back from a GPU to the processor: the engine's `name` says what runs.

    Args:
        name: one of `ENGINE_NAMES`.
        bundle: what to run.
        input_size: width and height, multiples of `bundle.size_multiple`.
        num_threads: 0 for `default_threads()`.

    Raises:
        EngineError: the engine is unknown, not installed, or cannot run the graph; or the input
            size is wrong.
        BundleError: the graph is not what model.yaml says.
    """
    check_available(name)
    if not 0 <= num_threads <= MOST_THREADS:
        # Engines start as many as they are told to, and take the machine with them.
        raise EngineError(
            f"num_threads must be 0 (chosen for you) or up to {MOST_THREADS}, got {num_threads}"
        )
    check_input_size(bundle, input_size)
    engine: Engine | None = None
    try:
        engine = _build(name, bundle, input_size, num_threads or default_threads())
        _check_result(engine, bundle)
        made, engine = engine, None
    except (BundleError, EngineError):
        raise
    except ImportError as error:
        words = one_line(error)
        raise EngineError(
            f"engine '{name}' is installed but cannot be imported: {words[:500]}"
        ) from error
    # Each library raises its own errors, some of them plain RuntimeError, for a graph it cannot
    # read or run.
    except Exception as error:
        words = one_line(error)
        raise EngineError(
            f"engine '{name}' cannot run {bundle.path / MODEL_FILE}: {words[:500]}"
        ) from error
    finally:
        # One that runs but fails its check holds threads and memory.
        if engine is not None:
            engine.close()
    return made


def _build(name: str, bundle: Bundle, input_size: tuple[int, int], num_threads: int) -> Engine:
    if name in ("onnxruntime", "cuda", "tensorrt"):
        from attendseg_ros.inference.onnxruntime_engine import OnnxRuntimeEngine

        return OnnxRuntimeEngine(bundle, input_size, num_threads, name)
    if name == "openvino":
        from attendseg_ros.inference.openvino_engine import OpenVinoEngine

        return OpenVinoEngine(bundle, input_size, num_threads)
    from attendseg_ros.inference.torch_engine import TorchEngine

    return TorchEngine(bundle, input_size, num_threads, name)


def _check_result(engine: Engine, bundle: Bundle) -> None:
    """Runs a blank image: what a graph declares and what it computes can differ."""
    width, height = engine.input_size
    started = time.perf_counter()
    logits = engine.infer(np.zeros((height, width, 3), np.uint8))
    engine.first_run_s = time.perf_counter() - started
    wanted = bundle.output_shape(engine.input_size)
    if logits.shape != wanted:
        raise BundleError(
            f"{bundle.path / MODEL_FILE}: logits of a {width}x{height} image must have the shape "
            f"{wanted} (channels, height, width) to fit model.yaml, got {logits.shape}"
        )
    check_kind(logits, bundle)
