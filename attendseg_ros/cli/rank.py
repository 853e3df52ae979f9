# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg rank EXPLORATION RUN...`: whether the short trainings rank as the whole ones do."""

from __future__ import annotations

import argparse

from attendseg_ros.cli.verb import Result, given_path, need_packages, percent

NAME = "rank"
HELP = "rank correlation of an exploration's short trainings with whole ones of the same networks"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `Verb`."""
    parser.add_argument(
        "exploration", type=given_path, metavar="EXPLORATION", help="folder that explore was given"
    )
    parser.add_argument(
        "runs",
        type=given_path,
        nargs="+",
        metavar="RUN",
        help="finished trainings, each of a shape and input size that was explored",
    )


def run(arguments: argparse.Namespace) -> Result:
    """See `Verb`."""
    need_packages(NAME, "torch", "optuna")
    from attendseg_ros.exploration.ranking import kendall, ranked

    found = ranked(arguments.exploration, arguments.runs)
    return {
        "kendall_tau": kendall([each.short for each in found], [each.whole for each in found]),
        "runs": [
            {"run": str(each.run), "short_mean_iou": each.short, "mean_iou": each.whole}
            for each in found
        ],
    }


def describe(result: Result) -> str:
    """See `Verb`."""
    lines = [f"{'whole':>9}  {'short':>9}  run"]
    for each in result["runs"]:
        lines.append(
            f"{percent(each['mean_iou']):>9}  {percent(each['short_mean_iou']):>9}  {each['run']}"
        )
    tau = result["kendall_tau"]
    said = "none, since all scores of a kind are equal" if tau is None else f"{tau:.2f}"
    lines.append(f"rank correlation (Kendall's tau-b) of {len(result['runs'])} runs: {said}")
    return "\n".join(lines)
