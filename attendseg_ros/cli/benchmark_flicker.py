# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark flicker`: what `temporal_smoothing` does."""

from __future__ import annotations

import argparse
from typing import Any

from attendseg_ros.benchmark.flicker import SETTLED, FlickerPlan, measure_flicker
from attendseg_ros.cli.benchmark_options import add_model, at_least
from attendseg_ros.cli.verb import add_engine

HELP = "flicker and accuracy by temporal_smoothing, on rendered streets"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `attendseg benchmark flicker`."""
    add_model(parser)
    add_engine(parser)
    parser.add_argument(
        "--frames",
        type=at_least(SETTLED + 2),
        default=60,
        metavar="N",
        help="of each street (default: %(default)s)",
    )


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measures what the arguments ask for; returns the results."""
    return measure_flicker(
        FlickerPlan(
            model=arguments.model,
            engine=arguments.engine,
            threads=arguments.threads,
            frames=arguments.frames,
        )
    )
