# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which images of a set are trained on and which judge: options of the verbs that train."""

from __future__ import annotations

import argparse
from typing import Any

from attendseg_ros.cli.verb import add_groups
from attendseg_ros.pictures import one_form
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.groups import Grouping


def add_judging(parser: argparse.ArgumentParser, hold_out: str) -> None:
    """Adds the options that `judging` reads.

    Args:
        parser: to add to.
        hold_out: help of `--hold-out`.
    """
    splits = {
        "train_split": "split trained on, or several as train+val",
        "val_split": "split that judges, unless groups are held out",
    }
    options = parser.add_argument_group("splits (defaults in brackets)")
    for name, text in splits.items():
        default = getattr(TrainingConfig, name)
        options.add_argument(
            "--" + name.replace("_", "-"), default=default, help=f"{text} [%(default)s]"
        )
    groups = parser.add_argument_group("groups, to be scored on what no training saw")
    add_groups(groups, hold_out)
    groups.add_argument(
        "--gap",
        type=int,
        metavar="N",
        help="images on each side of what is held out that are used for neither (default: a tenth "
        "of a block; none where groups are whole sequences)",
    )


def judging(arguments: argparse.Namespace) -> dict[str, Any]:
    """What was given, as settings of a `TrainingConfig`.

    Raises:
        DataError: the groups cannot be told.
    """
    grouped = bool(arguments.hold_out or arguments.groups)
    return {
        "train_split": arguments.train_split,
        "val_split": arguments.val_split,
        "groups": Grouping.load(arguments.groups, arguments.data) if grouped else None,
        "hold_out": tuple(map(one_form, arguments.hold_out)),
        "gap": arguments.gap,
    }
