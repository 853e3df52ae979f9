# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg calibrate MODEL --data DIR`: makes a bundle's confidence mean what it says."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from attendseg_ros.cli.confidence_rows import rows
from attendseg_ros.cli.verb import Result, add_engine, add_model_and_set, model_given, table
from attendseg_ros.deployment.calibrating import (
    FALSE_ALARMS,
    CalibrationPlan,
    calibrate,
    write_down,
)
from attendseg_ros.errors import BundleError, reason_of
from attendseg_ros.inference import Bundle
from attendseg_ros.inference.registry import is_known_by_name
from attendseg_ros.locks import held_alone
from attendseg_ros.training.dataset import LabelledSet

NAME = "calibrate"
HELP = "measure what a bundle's confidence is worth and which images are its own, into model.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `Verb`."""
    add_model_and_set(parser)
    parser.add_argument(
        "--split",
        default="val",
        help="images that the training did not see (default: %(default)s)",
    )
    parser.add_argument(
        "--train-split",
        default="train",
        help="images that it saw: they are the model's own too; '' for none (default: %(default)s)",
    )
    parser.add_argument(
        "--false-alarms",
        type=_share,
        default=FALSE_ALARMS,
        metavar="SHARE",
        help="share of the own images that may count as foreign (default: %(default)s)",
    )
    parser.add_argument(
        "--temperature-of",
        metavar="MODEL",
        help="take the calibration of this model, trained in the same way without the images held "
        "out (default: fit the temperature on them)",
    )
    add_engine(parser)
    # A named engine: the fastest may be another one next time, and with it the last digit.
    parser.set_defaults(engine="onnxruntime")


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value < 0.5:
        raise argparse.ArgumentTypeError(f"must be a share from 0 to below 0.5, got '{text}'")
    return value


def run(arguments: argparse.Namespace) -> Result:
    """See `Verb`."""
    bundle = model_given(arguments.model)
    if is_known_by_name(arguments.model):
        raise BundleError(
            f"model '{arguments.model}' is an installed one, which others use as it is: copy its "
            f"folder (cp -rL {bundle.path} ./{bundle.path.name}) and calibrate the copy "
            f"(./{bundle.path.name}), or give the folder itself"
        )
    sister = model_given(arguments.temperature_of) if arguments.temperature_of else None
    if sister is not None and sister.path.resolve() == bundle.path.resolve():
        raise BundleError(
            f"--temperature-of {arguments.temperature_of}: is the model itself; leave it out, or "
            "give one that was trained in the same way without the images held out"
        )
    _check_writable(bundle.path)
    # Each of two would write a part of what the other found.
    with held_alone(bundle.path):
        return _calibrated(arguments, bundle, sister)


def _check_writable(folder: Path) -> None:
    """Checks that files can be written to a bundle, before the minutes that measuring takes.

    Raises:
        BundleError: they cannot.
    """
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise BundleError(
            f"{folder}: cannot be written to: {reason_of(error)}; calibrate a copy of it"
        ) from error


def _calibrated(arguments: argparse.Namespace, bundle: Bundle, sister: Bundle | None) -> Result:
    held_out = LabelledSet(arguments.data, arguments.split, bundle.classes)
    training = None
    if arguments.train_split:
        training = LabelledSet(arguments.data, arguments.train_split, bundle.classes)
    seen = bool(
        (training is not None and held_out.shares_images_with(training))
        or (bundle.scores.get("split"), bundle.scores.get("trained_on_split"))
        == (arguments.split, True)
    )
    found = calibrate(
        bundle,
        CalibrationPlan(
            held_out=held_out,
            held_out_name=arguments.split,
            seen_in_training=seen,
            training=training,
            engine=arguments.engine,
            threads=arguments.threads,
            false_alarms=arguments.false_alarms,
            sister=sister,
        ),
    )
    write_down(bundle, found)
    notes = []
    if seen:
        notes.append(
            f"the training saw the images of '{arguments.split}': the figures flatter the model"
        )
    if found.familiarity is None:
        notes.append("all images look alike to the model: what is foreign to it is not known")
    for line in notes:
        print(f"note: {line}", file=sys.stderr)
    return {"model": bundle.name, "path": str(bundle.path), **found.sections(), "notes": notes}


def describe(result: Result) -> str:
    """See `Verb`."""
    return table(
        {
            "model": f"{result['model']} ({result['path']})",
            **rows(result["calibration"], result["familiarity"]),
        }
    )
