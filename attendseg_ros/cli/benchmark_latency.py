# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark latency`: the engine alone."""

from __future__ import annotations

import argparse
import importlib.util
from typing import Any

from attendseg_ros.benchmark.latency import LatencyPlan, measure_latency
from attendseg_ros.cli.benchmark_options import add_models, add_repeats, positive
from attendseg_ros.cli.verb import need_packages, size
from attendseg_ros.errors import EngineError
from attendseg_ros.inference import ENGINE_NAMES, available_engines
from attendseg_ros.inference.bundle import PRECISIONS
from attendseg_ros.inference.engines import PROCESSOR_ENGINES

HELP = "the engine alone: engines, precisions, sizes, threads"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `attendseg benchmark latency`."""
    add_models(parser)
    parser.add_argument(
        "--engines",
        nargs="+",
        choices=ENGINE_NAMES,
        metavar="ENGINE",
        help="(default: onnxruntime and openvino, those that are installed)",
    )
    parser.add_argument(
        "--precision",
        nargs="+",
        choices=PRECISIONS,
        help="fp32 of an 8-bit model: its graph without quantization, which needs the package "
        "onnx (default: both where it is installed)",
    )
    parser.add_argument(
        "--sizes",
        nargs="+",
        type=size,
        default=[],
        metavar="WxH",
        help="sizes of the network's input (default: each model's own)",
    )
    parser.add_argument("--threads", nargs="+", type=positive, default=[1, 2, 4], metavar="N")
    add_repeats(parser)


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measures what the arguments ask for; returns the results."""
    precisions = arguments.precision
    if precisions is None:
        has_onnx = importlib.util.find_spec("onnx") is not None
        precisions = list(PRECISIONS) if has_onnx else []
    elif "fp32" in precisions:
        need_packages("benchmark latency --precision fp32", "onnx")
    return measure_latency(
        LatencyPlan(
            models=arguments.model,
            engines=arguments.engines or _installed(),
            precisions=precisions,
            sizes=arguments.sizes,
            threads=arguments.threads,
            repeats=arguments.repeats,
        )
    )


def _installed() -> list[str]:
    """The engines that a node chooses from.

    torch is there to check the others, not to be fast, and a GPU is asked for by name.

    Raises:
        EngineError: none is installed.
    """
    missing = available_engines()
    found = [name for name in PROCESSOR_ENGINES if name != "torch" and missing[name] is None]
    if not found:
        raise EngineError("no engine is installed: pip install onnxruntime")
    return found
