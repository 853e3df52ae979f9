# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a verb of the command is, and what verbs share."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from attendseg_ros.errors import AttendSegError
from attendseg_ros.inference import AUTO, ENGINE_NAMES, Bundle, load_bundle
from attendseg_ros.training.config import TrainingConfig

Result = Mapping[str, Any]
"""What a verb found out: plain values, just as `--json` prints them."""


class Verb(Protocol):
    """A module of this package that is a verb."""

    NAME: str
    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Adds the verb's own arguments."""

    def run(self, arguments: argparse.Namespace) -> Result:
        """Does the work; progress goes to stderr.

        Raises:
            AttendSegError: the user's input is unfit.
        """

    def describe(self, result: Result) -> str:
        """The result for a person to read."""


def add_model_and_set(parser: argparse.ArgumentParser) -> None:
    """Adds a model, and the labelled set that it is judged on."""
    parser.add_argument(
        "model", metavar="MODEL", help="a model's name, pkg://package/name or a bundle's folder"
    )
    parser.add_argument(
        "--data",
        type=given_path,
        required=True,
        metavar="DIR",
        help="labelled set in SegNet's layout: <split>/ and <split>annot/",
    )


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Adds the choice of the inference engine."""
    parser.add_argument(
        "--engine",
        choices=(AUTO, *ENGINE_NAMES),
        default=AUTO,
        help="what runs the network; auto: the fastest here, measured once (default: %(default)s)",
    )
    parser.add_argument(
        "--threads",
        type=int,
        default=0,
        metavar="N",
        help="threads of the engine; 0: all physical cores but one, from two to four "
        "(default: %(default)s)",
    )


SIZES = {
    "input_size": "size that images are resized to for the network",
    "crop_size": "size of the random crops trained on",
}
"""The sizes that a training takes, by the names of its settings."""


def add_sizes(parser: argparse._ActionsContainer) -> None:
    """Adds the sizes that a training takes."""
    for name, text in SIZES.items():
        width, height = getattr(TrainingConfig, name)
        parser.add_argument(
            "--" + name.replace("_", "-"),
            type=int,
            nargs=2,
            default=(width, height),
            metavar=("W", "H"),
            help=f"{text}, multiples of 64 [{width} {height}]",
        )


def add_groups(parser: argparse._ActionsContainer, hold_out: str) -> None:
    """Adds how a set's images are told apart into groups, and which of them count.

    Args:
        parser: to add to.
        hold_out: help of `--hold-out`.
    """
    parser.add_argument(
        "--groups",
        type=_given_text,
        metavar="HOW",
        help="which images belong together: prefix (what stands before the first '_' of a name), "
        "blocks:N (in the order of names), prefix/blocks:N, or a YAML file (default: groups.yaml "
        "in the set, where groups are held out)",
    )
    parser.add_argument("--hold-out", nargs="+", default=[], metavar="GROUP", help=hold_out)


def need_packages(verb: str, *packages: str) -> None:
    """Checks that packages which only some verbs need are installed.

    Raises:
        AttendSegError: one is not; the message names all that are missing.
    """
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        raise AttendSegError(
            f"'{verb}' needs the Python package {' and '.join(missing)}, which the node does "
            f"without: pip install {' '.join(missing)}"
        )


def model_given(name_or_path: str | Path) -> Bundle:
    """Reads the model that a user names, and says on stderr what of its model.yaml is not read.

    Raises:
        BundleError: there is none, or it is damaged.
    """
    bundle = load_bundle(name_or_path)
    for line in bundle.unread:
        print(f"note: {line}", file=sys.stderr)
    return bundle


def given_path(text: str) -> Path:
    """A path, for argparse's `type`. An empty one would mean the current folder."""
    if not text:
        raise argparse.ArgumentTypeError(f"{_EMPTY}; give a path, or . for the current folder")
    return Path(text)


def _given_text(text: str) -> str:
    """A text, for argparse's `type`. An empty one would mean that nothing was given."""
    if not text:
        raise argparse.ArgumentTypeError(f"{_EMPTY}; give a value, or leave the option out")
    return text


_EMPTY = "is empty, as a variable of the shell is that nobody has set"


def size(text: str) -> tuple[int, int]:
    """A width and a height, for argparse's `type`."""
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise argparse.ArgumentTypeError(f"a size is spelled as 640x480, got '{text}'")
    return int(width), int(height)


def table(rows: Mapping[str, object]) -> str:
    """Aligns names and values in two columns; a value may have several lines."""
    width = max(map(len, rows))
    next_line = "\n" + " " * (width + 2)
    return "\n".join(
        f"{name:<{width}}  {str(value).replace(chr(10), next_line)}" for name, value in rows.items()
    )


def group_rows(
    groups: Mapping[str, Mapping[str, Any]], mean: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Rows of a table for the scores of groups and for their mean."""
    rows = {}
    for name, score in groups.items():
        without = score["classes_without_pixels"]
        rows[f"group {name}"] = (
            f"mean IoU {percent(score['mean_iou'])}, pixel accuracy "
            f"{percent(score['pixel_accuracy'])} ({score['images']} images"
            f"{', without ' + ', '.join(without) if without else ''})"
        )
    if mean is not None:
        rows["mean over groups"] = (
            f"mean IoU {percent(mean['mean_iou'])}, pixel accuracy "
            f"{percent(mean['pixel_accuracy'])}"
        )
        for name, share in mean["per_class_iou"].items():
            rows[f"  IoU {name}"] = percent(share)
    return rows


def percent(share: float | None) -> str:
    """A share as per cent; what could not be measured is said so."""
    return "none seen" if share is None else f"{100 * share:.2f} %"
