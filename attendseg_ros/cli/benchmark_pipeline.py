# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark pipeline`: a camera, the node and a listener over the real middleware."""

from __future__ import annotations

import argparse
from typing import Any

from attendseg_ros.benchmark.pipeline import TRANSPORTS, PipelinePlan, measure_pipeline
from attendseg_ros.benchmark.results import interim_of, write_results
from attendseg_ros.cli.benchmark_options import above_zero, add_model, positive
from attendseg_ros.cli.verb import add_engine, given_path, need_packages, size

HELP = "camera to mask over the real middleware"

_OUTPUTS = ("mask", "color_mask", "overlay", "confidence")
_AS_FAST_AS_IT_GOES = "max"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `attendseg benchmark pipeline`."""
    add_model(parser)
    add_engine(parser)
    parser.add_argument(
        "--transports",
        nargs="+",
        choices=TRANSPORTS,
        default=["raw"],
        help="how the images are sent",
    )
    parser.add_argument(
        "--sizes",
        nargs="+",
        type=size,
        default=[(640, 480), (1280, 720), (1920, 1080)],
        metavar="WxH",
        help="sizes of the images (default: 640x480 1280x720 1920x1080)",
    )
    parser.add_argument(
        "--rates",
        nargs="+",
        type=_rate,
        default=[10.0, 30.0, 60.0, 0.0],
        metavar="HZ",
        help="rates of the camera; max: send as soon as the image before the last has its mask "
        "(default: 10 30 60 max)",
    )
    parser.add_argument(
        "--cameras",
        nargs="+",
        type=positive,
        default=[1],
        metavar="N",
        help="cameras that share one node; several show how fair it is (default: 1)",
    )
    parser.add_argument(
        "--outputs",
        nargs="+",
        choices=_OUTPUTS,
        default=["mask"],
        help="outputs that the listener subscribes to; the first gives the latency (default: mask)",
    )
    for name, default, text in (
        ("duration", 30.0, "measured time of each scenario"),
        ("warm-up", 3.0, "time before it"),
    ):
        parser.add_argument(
            f"--{name}", type=_seconds, default=default, metavar="S", help=f"{text} [%(default)g s]"
        )
    parser.add_argument(
        "--reliable", action="store_true", help="the camera publishes reliably, not as sensor data"
    )
    parser.add_argument(
        "--against-baseline",
        action="store_true",
        help="also measure the node that tutorials show (needs the source checkout and "
        "transformers, and makes the camera reliable)",
    )
    parser.add_argument(
        "--baseline",
        type=given_path,
        metavar="FILE",
        help="compare with these results of an earlier run, scenario by scenario",
    )
    parser.add_argument(
        "--way",
        action="store_true",
        help="also print where the milliseconds of each scenario go, from stamp to mask",
    )


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measures what the arguments ask for; returns the results."""
    # Nothing is imported here: ROS runs in its own processes.
    need_packages("benchmark pipeline", "rclpy")
    if arguments.against_baseline:
        need_packages("benchmark pipeline --against-baseline", "torch", "transformers")
    plan = PipelinePlan(
        model=arguments.model,
        engine=arguments.engine,
        threads=arguments.threads,
        transports=arguments.transports,
        sizes=arguments.sizes,
        rates_hz=arguments.rates,
        cameras=arguments.cameras,
        outputs=arguments.outputs,
        duration_s=arguments.duration,
        warm_up_s=arguments.warm_up,
        reliable=arguments.reliable,
        against_baseline=arguments.against_baseline,
        baseline=arguments.baseline,
        way=arguments.way,
    )
    return measure_pipeline(
        plan, lambda results: write_results(interim_of(arguments.output), results)
    )


def _rate(text: str) -> float:
    if text == _AS_FAST_AS_IT_GOES:
        return 0.0
    return above_zero(text, f"a rate is a number of Hz above 0 or '{_AS_FAST_AS_IT_GOES}'")


def _seconds(text: str) -> float:
    return above_zero(text, "a time is a number of seconds above 0")
