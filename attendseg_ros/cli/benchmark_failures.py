# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark failures`: the images of a set that a model gets most wrong."""

from __future__ import annotations

import argparse
from typing import Any

from attendseg_ros.cli.benchmark_options import add_model, positive
from attendseg_ros.cli.verb import add_engine, given_path

HELP = "the worst images of a labelled set, as pictures beside truth and prediction"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `attendseg benchmark failures`."""
    add_model(parser)
    add_engine(parser)
    parser.add_argument(
        "--data",
        type=given_path,
        required=True,
        metavar="DIR",
        help="labelled set in SegNet's layout; mind its terms before you show the pictures",
    )
    parser.add_argument("--split", default="val", metavar="S", help="(default: %(default)s)")
    for name, default, metavar, text in (
        ("worst", 4, "N", "pictures"),
        ("width", 240, "PIXELS", "of each of a picture's three parts"),
        ("apart", 10, "N", "least distance of two shown images in the set's order"),
    ):
        parser.add_argument(
            f"--{name}",
            type=positive,
            default=default,
            metavar=metavar,
            help=f"{text} (default: %(default)s)",
        )


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measures what the arguments ask for; returns the results.

    The pictures go into a folder beside the results.
    """
    from attendseg_ros.benchmark.failures import FailuresPlan, measure_failures

    return measure_failures(
        FailuresPlan(
            model=arguments.model,
            engine=arguments.engine,
            threads=arguments.threads,
            data=arguments.data,
            split=arguments.split,
            pictures=arguments.output.with_name(f"{arguments.output.stem}_pictures"),
            worst=arguments.worst,
            width=arguments.width,
            apart=arguments.apart,
        )
    )
