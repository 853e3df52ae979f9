# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark start-up`: from the node's start to its first mask."""

from __future__ import annotations

import argparse
from typing import Any

from attendseg_ros.benchmark.start_up import StartUpPlan, measure_start_up
from attendseg_ros.cli.benchmark_options import add_model, installed_engines, positive
from attendseg_ros.cli.verb import need_packages
from attendseg_ros.inference import AUTO, ENGINE_NAMES
from attendseg_ros.inference.engines import check_available

HELP = "from the node's start to its first mask"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `attendseg benchmark start-up`."""
    add_model(parser)
    parser.add_argument(
        "--engines",
        nargs="+",
        choices=(AUTO, *ENGINE_NAMES),
        metavar="ENGINE",
        help="of the node (default: auto, onnxruntime and openvino, those that are installed)",
    )
    parser.add_argument(
        "--runs", type=positive, default=7, metavar="N", help="starts of each [%(default)s]"
    )


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measures what the arguments ask for; returns the results."""
    need_packages("benchmark start-up", "rclpy")
    engines = arguments.engines or [AUTO, *installed_engines()]
    for engine in engines:
        if engine != AUTO:
            check_available(engine)
    return measure_start_up(
        StartUpPlan(model=arguments.model, engines=engines, runs=arguments.runs)
    )
