# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark pace`: what `target_latency_ms` does under load."""

from __future__ import annotations

import argparse
from typing import Any

from attendseg_ros.benchmark.pace import PacePlan, measure_pace
from attendseg_ros.cli.benchmark_options import above_zero, add_model, positive
from attendseg_ros.cli.verb import add_engine, need_packages

HELP = "latency by target_latency_ms, under a load that comes and goes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `attendseg benchmark pace`."""
    add_model(parser)
    add_engine(parser)
    for name, default, metavar, text in (
        ("target-ms", 25.0, "MS", "target_latency_ms, measured beside a run without one"),
        ("rate", 30.0, "HZ", "of the camera, whose images have 640x480 pixels"),
        ("phase", 30.0, "S", "seconds before, under and after the load"),
    ):
        parser.add_argument(
            f"--{name}",
            type=above_zero,
            default=default,
            metavar=metavar,
            help=f"{text} (default: %(default)g)",
        )
    parser.add_argument(
        "--busy",
        type=positive,
        default=4,
        metavar="N",
        help="processes that are the load (default: %(default)s)",
    )


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measures what the arguments ask for; returns the results."""
    need_packages("benchmark pace", "rclpy")
    return measure_pace(
        PacePlan(
            model=arguments.model,
            engine=arguments.engine,
            threads=arguments.threads,
            target_ms=arguments.target_ms,
            rate_hz=arguments.rate,
            busy=arguments.busy,
            phase_s=arguments.phase,
        )
    )
