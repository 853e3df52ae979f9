# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark foreign`: true and false alarms over images a model was not trained on."""

from __future__ import annotations

import argparse
from typing import Any

from attendseg_ros.benchmark.foreign import ForeignPlan, measure_foreign
from attendseg_ros.cli.benchmark_options import add_model, positive
from attendseg_ros.cli.verb import add_engine, given_path

HELP = "true and false alarms over images that a model was not trained on"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `attendseg benchmark foreign`."""
    add_model(parser)
    add_engine(parser)
    parser.add_argument(
        "--home",
        type=given_path,
        nargs="+",
        required=True,
        metavar="PATH",
        help="folders of pictures, videos and bags of the kind that the model was trained on",
    )
    parser.add_argument(
        "--foreign",
        type=given_path,
        nargs="+",
        default=[],
        metavar="PATH",
        help="the same of other kinds; noise, darkness and covered lenses are made up besides",
    )
    parser.add_argument(
        "--images",
        type=positive,
        default=200,
        metavar="N",
        help="most of each, evenly spaced (default: %(default)s)",
    )


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measures what the arguments ask for; returns the results."""
    return measure_foreign(
        ForeignPlan(
            model=arguments.model,
            engine=arguments.engine,
            threads=arguments.threads,
            home=arguments.home,
            foreign=arguments.foreign,
            images=arguments.images,
        )
    )
