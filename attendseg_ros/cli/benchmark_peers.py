# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark peers`: our networks beside those of others."""

from __future__ import annotations

import argparse
from typing import Any

from attendseg_ros.cli.benchmark_options import add_models, add_repeats
from attendseg_ros.cli.verb import need_packages, size
from attendseg_ros.inference.engines import check_available

HELP = "counts and latency beside networks of others"

# torch's engine knows our own operators only.
_RUN_ANY_GRAPH = ("onnxruntime", "openvino", "cuda", "tensorrt")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `attendseg benchmark peers`."""
    add_models(parser)
    parser.add_argument(
        "--rivals",
        nargs="*",
        metavar="NAME",
        help="names, such as EdgeSegNet or SegFormer-B0; no name: our models only (default: all)",
    )
    parser.add_argument(
        "--size",
        type=size,
        default=(480, 360),
        metavar="WxH",
        help="size of the images; a rival that cannot take it gets the next larger one "
        "(default: 480x360)",
    )
    parser.add_argument(
        "--engine", choices=_RUN_ANY_GRAPH, default="onnxruntime", help="(default: %(default)s)"
    )
    parser.add_argument("--threads", type=int, default=0, metavar="N")
    add_repeats(parser)


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measures what the arguments ask for; returns the results."""
    need_packages("benchmark peers", "torch", "onnx")
    check_available(arguments.engine)
    from attendseg_ros.benchmark.peers import PeersPlan, measure_peers

    return measure_peers(
        PeersPlan(
            models=arguments.model,
            rivals=arguments.rivals,
            image_size=arguments.size,
            engine=arguments.engine,
            threads=arguments.threads,
            repeats=arguments.repeats,
            graphs=arguments.output.with_name(f"{arguments.output.stem}_graphs"),
        )
    )
