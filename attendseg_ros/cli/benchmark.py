# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark WHAT`: measures, saves JSON and a plot."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from attendseg_ros.benchmark.machine import in_words, machine
from attendseg_ros.benchmark.plots import plot
from attendseg_ros.benchmark.results import (
    check_replaceable,
    interim_of,
    plot_of,
    write_results,
)
from attendseg_ros.benchmark.tables import markdown
from attendseg_ros.cli import (
    benchmark_failures,
    benchmark_flicker,
    benchmark_foreign,
    benchmark_ground,
    benchmark_latency,
    benchmark_memory,
    benchmark_output_size,
    benchmark_pace,
    benchmark_painting,
    benchmark_peers,
    benchmark_pipeline,
    benchmark_report,
    benchmark_start_up,
)
from attendseg_ros.cli.verb import Result, given_path
from attendseg_ros.placing import claimed

NAME = "benchmark"
HELP = "measure on this machine: speed, start, memory, flicker, and networks of others"

_KINDS = {
    "latency": benchmark_latency,
    "pipeline": benchmark_pipeline,
    "peers": benchmark_peers,
    "pace": benchmark_pace,
    "start-up": benchmark_start_up,
    "memory": benchmark_memory,
    "flicker": benchmark_flicker,
    "ground": benchmark_ground,
    "painting": benchmark_painting,
    "output-size": benchmark_output_size,
    "failures": benchmark_failures,
    "foreign": benchmark_foreign,
}
_REPORT = "report"


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
            type=given_path,
            default=Path(f"benchmark_{kind.replace('-', '_')}.json"),
            metavar="FILE",
            help="results, in place of earlier ones once they are complete; a plot goes beside it, "
            "as PNG (default: %(default)s)",
        )
        own.add_argument(
            "--force",
            action="store_true",
            help="replace a file that holds something else than results of this kind",
        )
        _add_json(own)
    report = kinds.add_parser(
        _REPORT, help=benchmark_report.HELP, description=benchmark_report.HELP
    )
    benchmark_report.add_arguments(report)
    _add_json(report)


def _add_json(parser: argparse.ArgumentParser) -> None:
    # Suppressed: the verb has the option too, and its value must not be reset here.
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")


def run(arguments: argparse.Namespace) -> Result:
    """See `Verb`."""
    if arguments.kind == _REPORT:
        return benchmark_report.write(arguments)
    check_replaceable(arguments.output, arguments.kind, force=arguments.force)
    with claimed(arguments.output):
        for name, text in in_words(machine()).items():
            print(f"{name}: {text}", file=sys.stderr)
        results: dict[str, Any] = _KINDS[arguments.kind].measure(arguments)
        write_results(arguments.output, results)
        interim_of(arguments.output).unlink(missing_ok=True)
        why_none = plot(results, plot_of(arguments.output))
    if why_none is not None:
        print(why_none, file=sys.stderr)
    return results


def describe(result: Result) -> str:
    """See `Verb`."""
    return markdown(result) if "benchmark" in result else benchmark_report.describe(result)
