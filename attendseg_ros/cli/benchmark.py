# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark latency|pipeline|peers`: measures, saves JSON and a plot."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from attendseg_ros.benchmark.machine import in_words, machine
from attendseg_ros.benchmark.plots import plot
from attendseg_ros.benchmark.results import check_replaceable, interim_of, write_results
from attendseg_ros.benchmark.tables import markdown
from attendseg_ros.cli import benchmark_latency, benchmark_peers, benchmark_pipeline
from attendseg_ros.cli.verb import Result

NAME = "benchmark"
HELP = "measure speed on this machine: the engines, the whole pipeline, networks of others"

_KINDS = {"latency": benchmark_latency, "pipeline": benchmark_pipeline, "peers": benchmark_peers}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `Verb`."""
    kinds = parser.add_subparsers(
        title="what to measure", metavar="WHAT", dest="kind", required=True
    )
    for kind, module in _KINDS.items():
        own = kinds.add_parser(kind, help=module.HELP, description=module.HELP)
        module.add_arguments(own)
        own.add_argument(
            "-o",
            "--output",
            type=Path,
            default=Path(f"benchmark_{kind}.json"),
            metavar="FILE",
            help="results, in place of earlier ones once they are complete; a plot goes beside it, "
            "as PNG (default: %(default)s)",
        )
        own.add_argument(
            "--force",
            action="store_true",
            help="replace a file that holds something else than results of this kind",
        )
        # Suppressed: the verb has the option too, and its value must not be reset here.
        own.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS, help="print JSON"
        )


def run(arguments: argparse.Namespace) -> Result:
    """See `Verb`."""
    check_replaceable(arguments.output, arguments.kind, force=arguments.force)
    for name, text in in_words(machine()).items():
        print(f"{name}: {text}", file=sys.stderr)
    results: dict[str, Any] = _KINDS[arguments.kind].measure(arguments)
    write_results(arguments.output, results)
    interim_of(arguments.output).unlink(missing_ok=True)
    why_none = plot(results, arguments.output.with_suffix(".png"))
    if why_none is not None:
        print(why_none, file=sys.stderr)
    return results


def describe(result: Result) -> str:
    """See `Verb`."""
    return markdown(result)
