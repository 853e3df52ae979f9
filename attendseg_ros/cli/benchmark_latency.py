# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark latency`: the engine alone."""

from __future__ import annotations

import argparse
import importlib.util
from typing import Any

from attendseg_ros.benchmark.latency import LatencyPlan, measure_latency
from attendseg_ros.cli.benchmark_options import add_models, add_repeats, installed_engines, positive
from attendseg_ros.cli.verb import need_packages, size
from attendseg_ros.inference import ENGINE_NAMES
from attendseg_ros.inference.bundle import PRECISIONS
from attendseg_ros.inference.engine import default_threads

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
        "onnx (default: both where it is installed; with --profile each model's own)",
    )
    parser.add_argument(
        "--sizes",
        nargs="+",
        type=size,
        default=[],
        metavar="WxH",
        help="sizes of the network's input (default: each model's own)",
    )
    parser.add_argument(
        "--threads",
        nargs="+",
        type=positive,
        metavar="N",
        help="(default: 1 2 4; with --profile as many as a node takes)",
    )
    parser.add_argument(
        "--profile",
        action="store_true",
        help="also the time of each layer and kind of layer, on onnxruntime and openvino",
    )
    add_repeats(parser)


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measures what the arguments ask for; returns the results."""
    precisions = arguments.precision
    if precisions is None and arguments.profile:
        precisions = []
    elif precisions is None:
        has_onnx = importlib.util.find_spec("onnx") is not None
        precisions = list(PRECISIONS) if has_onnx else []
    elif "fp32" in precisions:
        need_packages("benchmark latency --precision fp32", "onnx")
    return measure_latency(
        LatencyPlan(
            models=arguments.model,
            engines=arguments.engines or installed_engines(),
            precisions=precisions,
            sizes=arguments.sizes,
            threads=arguments.threads or ([default_threads()] if arguments.profile else [1, 2, 4]),
            repeats=arguments.repeats,
            profile=arguments.profile,
        )
    )
