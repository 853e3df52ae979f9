# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark memory`: whether the node's memory grows."""

from __future__ import annotations

import argparse
from typing import Any

from attendseg_ros.benchmark.memory import MemoryPlan, measure_memory
from attendseg_ros.cli.benchmark_options import add_model, at_least, positive
from attendseg_ros.cli.verb import add_engine, need_packages
from attendseg_ros.errors import BenchmarkError

HELP = "the node's memory over many frames"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `attendseg benchmark memory`."""
    add_model(parser)
    add_engine(parser)
    parser.add_argument(
        "--frames", type=positive, default=100_000, metavar="N", help="(default: %(default)s)"
    )
    parser.add_argument(
        "--looks",
        type=at_least(2),
        default=20,
        metavar="N",
        help="how often the memory is read, evenly spread (default: %(default)s)",
    )


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measures what the arguments ask for; returns the results.

    Raises:
        BenchmarkError: there are more looks than frames.
    """
    need_packages("benchmark memory", "rclpy")
    if arguments.looks > arguments.frames:
        raise BenchmarkError(
            f"--looks must be 2 to --frames, got {arguments.looks} of {arguments.frames}"
        )
    return measure_memory(
        MemoryPlan(
            model=arguments.model,
            engine=arguments.engine,
            threads=arguments.threads,
            frames=arguments.frames,
            looks=arguments.looks,
        )
    )
