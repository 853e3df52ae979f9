# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark ground`: how exact the ground map is."""

from __future__ import annotations

import argparse
from typing import Any

from attendseg_ros.benchmark.ground import SEEDS, GroundMapPlan, measure_ground
from attendseg_ros.cli.benchmark_options import positive

HELP = "errors of ~/ground_grid and ~/ground_scan by distance, and their cost"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `attendseg benchmark ground`."""
    parser.add_argument(
        "--streets",
        type=positive,
        default=len(SEEDS),
        metavar="N",
        help="rendered streets, whose true labels are mapped; at most, and by default, %(default)s",
    )
    parser.add_argument(
        "--runs",
        type=positive,
        default=200,
        metavar="N",
        help="maps timed for each size of image (default: %(default)s)",
    )


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measures what the arguments ask for; returns the results."""
    streets = min(arguments.streets, len(SEEDS))
    return measure_ground(GroundMapPlan(streets=streets, runs=arguments.runs))
