# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg explore --data DIR --classes FILE -o RUN --target-latency-ms L`: finds a network."""

from __future__ import annotations

import argparse

from attendseg_ros import stopping
from attendseg_ros.cli.judging import add_judging, judging
from attendseg_ros.cli.verb import (
    Result,
    add_engine,
    add_sizes,
    given_path,
    need_packages,
    percent,
    size,
)
from attendseg_ros.labels import ClassTable
from attendseg_ros.labels.classes import BUILT_IN as BUILT_IN_CLASSES
from attendseg_ros.training.config import TrainingConfig

NAME = "explore"
HELP = "search for the most accurate network that is fast enough on this very machine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `Verb`."""
    parser.add_argument(
        "--data",
        type=given_path,
        required=True,
        metavar="DIR",
        help="labelled set in SegNet's layout",
    )
    parser.add_argument(
        "--classes",
        required=True,
        metavar="FILE",
        help=f"class file; or one of {', '.join(BUILT_IN_CLASSES)}",
    )
    parser.add_argument(
        "-o",
        "--run",
        type=given_path,
        required=True,
        metavar="RUN",
        help="folder of the exploration",
    )
    _add_limits(parser)
    _add_training(parser)
    add_judging(
        parser,
        "groups of the training split that no candidate is trained on, and that judge all of them "
        "in place of the other split",
    )
    add_engine(parser)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--target-latency-ms",
        type=float,
        required=True,
        metavar="L",
        help="longest median time of a frame through the 8-bit network, here",
    )
    parser.add_argument(
        "--max-parameters",
        type=int,
        default=1_190_000,
        metavar="N",
        help="largest number of weights (default: %(default)s)",
    )
    parser.add_argument(
        "--max-macs",
        type=int,
        default=2_000_000_000,
        metavar="N",
        help="largest number of multiply-accumulates at the input size (default: %(default)s)",
    )
    parser.add_argument(
        "--candidates",
        type=int,
        default=20,
        metavar="N",
        help="networks to train in all (default: %(default)s)",
    )


def _add_training(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--epochs",
        type=int,
        default=20,
        metavar="N",
        help="epochs of each candidate's training (default: %(default)s)",
    )
    add_sizes(parser)
    parser.add_argument(
        "--input-sizes",
        type=size,
        nargs="+",
        default=[],
        metavar="WxH",
        help="sizes that candidates may have besides --input-size, with crops in proportion",
    )
    parser.add_argument(
        "--batch-size", type=int, default=8, metavar="N", help="images per step (default: 8)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of the search and the trainings"
    )


def run(arguments: argparse.Namespace) -> Result:
    """See `Verb`."""
    need_packages(NAME, "torch", "onnx", "onnxruntime", "optuna")
    from attendseg_ros.exploration.search import PICK_FILE, Limits, explore

    training = TrainingConfig(
        data=arguments.data,
        classes=ClassTable.load(arguments.classes),
        run=arguments.run,
        epochs=arguments.epochs,
        batch_size=arguments.batch_size,
        input_size=tuple(arguments.input_size),
        crop_size=tuple(arguments.crop_size),
        # The last epoch alone decides: the best of several would favour the lucky.
        evaluate_every=arguments.epochs,
        seed=arguments.seed,
        **judging(arguments),
    )
    limits = Limits(arguments.target_latency_ms, arguments.max_parameters, arguments.max_macs)
    with stopping.last_words(lambda: "the same command goes on with the candidate in training"):
        found = explore(
            training,
            limits,
            arguments.candidates,
            arguments.engine,
            arguments.threads,
            arguments.input_sizes,
        )
    return {
        "run": str(arguments.run),
        "tried": found.tried,
        "front": [candidate.to_mapping() for candidate in found.front],
        "pick": found.pick.to_mapping(),
        "shape": str(arguments.run / PICK_FILE),
    }


def describe(result: Result) -> str:
    """See `Verb`."""
    lines = [f"{'mean IoU':>9}  {'ms':>7}  {'parameters':>10}  {'MMAC':>6}  {'input':>9}"]
    for candidate in result["front"]:
        lines.append(
            f"{percent(candidate['mean_iou']):>9}  {candidate['latency_ms']:7.2f}  "
            f"{candidate['parameters']:>10,}  {candidate['macs'] / 1e6:6.0f}  "
            f"{'x'.join(map(str, candidate['input_size'])):>9}"
        )
    width, height = result["pick"]["input_size"]
    lines += [
        f"{result['tried']} candidates trained; the last row is the pick",
        f"next: attendseg train --shape {result['shape']} --input-size {width} {height} ...",
    ]
    return "\n".join(lines)
