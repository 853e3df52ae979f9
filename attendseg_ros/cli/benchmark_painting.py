# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark painting`: what painting a lidar's scan costs."""

from __future__ import annotations

import argparse
from typing import Any

from attendseg_ros.benchmark.painting import measure_painting
from attendseg_ros.cli.benchmark_options import positive

HELP = "what ~/painted_points costs on one core, by scan, image and lens"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `attendseg benchmark painting`."""
    parser.add_argument(
        "--clouds",
        type=positive,
        default=100,
        metavar="N",
        help="painted in each row (default: %(default)s)",
    )


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measures what the arguments ask for; returns the results."""
    return measure_painting(arguments.clouds)
