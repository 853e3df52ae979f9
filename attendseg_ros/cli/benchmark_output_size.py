# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark output-size`: what an image costs by `output_size` and `roi`."""

from __future__ import annotations

import argparse
from typing import Any

from attendseg_ros.benchmark.output_size import OutputSizePlan, measure_output_sizes
from attendseg_ros.cli.benchmark_options import add_model, positive
from attendseg_ros.cli.verb import add_engine

HELP = "what an image costs by output_size and roi"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `attendseg benchmark output-size`."""
    add_model(parser)
    add_engine(parser)
    parser.add_argument(
        "--images",
        type=positive,
        default=50,
        metavar="N",
        help="of each size (default: %(default)s)",
    )


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measures what the arguments ask for; returns the results."""
    return measure_output_sizes(
        OutputSizePlan(
            model=arguments.model,
            engine=arguments.engine,
            threads=arguments.threads,
            images=arguments.images,
        )
    )
