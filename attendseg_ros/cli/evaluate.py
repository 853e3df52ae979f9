# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg evaluate MODEL --data DIR --split S`: scores on a labelled set."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from attendseg_ros.cli.verb import (
    Result,
    add_engine,
    add_groups,
    add_model_and_set,
    group_rows,
    model_given,
    need_packages,
    percent,
    size,
    table,
)
from attendseg_ros.deployment.scoring import Scores, compared, number
from attendseg_ros.errors import BundleError
from attendseg_ros.inference import Bundle, Segmenter
from attendseg_ros.inference.bundle import PRECISIONS
from attendseg_ros.training.confidence import Reliability
from attendseg_ros.training.dataset import LabelledSet
from attendseg_ros.training.group_scores import group_score, mean_over_groups
from attendseg_ros.training.groups import Grouping, find_groups
from attendseg_ros.training.metrics import ConfusionMatrix
from attendseg_ros.training.survey import remarks

NAME = "evaluate"
HELP = "score a model on a labelled set"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `Verb`."""
    add_model_and_set(parser)
    parser.add_argument(
        "--split",
        default="val",
        help="split to score, or several as train+val (default: %(default)s)",
    )
    add_groups(parser, "score these groups only, such as the ones held out of the training")
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        help="fp32 of an 8-bit model: its graph without quantization, its weights as 8 bits left "
        "them; needs the package onnx (default: the model's own)",
    )
    parser.add_argument(
        "--input-size",
        type=size,
        metavar="WxH",
        help="size at which the network sees the images (default: the model's own)",
    )
    add_engine(parser)


def run(arguments: argparse.Namespace) -> Result:
    """See `Verb`."""
    bundle = _of_precision(model_given(arguments.model), arguments.precision)
    labelled = LabelledSet(arguments.data, arguments.split, bundle.classes)
    groups = _groups(arguments, labelled)
    segmenter = Segmenter(bundle, arguments.engine, arguments.threads, arguments.input_size)
    reliability = Reliability()
    with closing(segmenter):
        found = {name: compared(segmenter, part, reliability) for name, part in groups.items()}
    notes = [line for name, part in groups.items() for line in remarks(part, found[name][1])]
    notes = list(dict.fromkeys(notes))
    for line in notes:
        print(f"note: {line}", file=sys.stderr)
    together = ConfusionMatrix(len(bundle.classes))
    for confusion, _ in found.values():
        together.add(confusion)
    images = sum(map(len, groups.values()))
    return {
        "model": bundle.name,
        "precision": bundle.precision,
        "engine": segmenter.engine_name,
        "input_size": list(segmenter.input_size),
        "split": arguments.split,
        **Scores.of(together, bundle.classes, images).to_mapping(),
        "calibration_error": number(reliability.expected_error),
        "temperature": bundle.temperature,
        **(_by_group(found, groups, bundle) if arguments.groups or arguments.hold_out else {}),
        "notes": notes,
    }


def _groups(arguments: argparse.Namespace, labelled: LabelledSet) -> dict[str, LabelledSet]:
    """What is scored apart from each other: the groups asked for, or the whole split.

    Raises:
        DataError: the groups cannot be told, or there is none of a name.
    """
    if not (arguments.groups or arguments.hold_out):
        return {arguments.split: labelled}
    grouping = Grouping.load(arguments.groups, arguments.data)
    groups = find_groups(grouping, labelled.images)
    if groups.warning:
        print(f"note: {groups.warning}", file=sys.stderr)
    chosen = groups.chosen(arguments.hold_out) if arguments.hold_out else groups.of
    return {name: labelled.subset(positions) for name, positions in chosen.items()}


def _by_group(
    found: Mapping[str, tuple[ConfusionMatrix, list[int]]],
    groups: Mapping[str, LabelledSet],
    bundle: Bundle,
) -> dict[str, Any]:
    scores = {
        name: group_score(confusion, bundle.classes.names, len(groups[name]))
        for name, (confusion, _) in found.items()
    }
    return {"groups": scores, "mean_over_groups": mean_over_groups(scores)}


def _of_precision(bundle: Bundle, wanted: str | None) -> Bundle:
    """The bundle, or the float twin of an 8-bit one.

    Raises:
        BundleError: 8 bits of a float model are asked for, which are made with images.
    """
    if wanted in (None, bundle.precision):
        return bundle
    if wanted == "fp32":
        need_packages(f"{NAME} --precision fp32", "onnx")
        from attendseg_ros.deployment.float_twin import float_twin

        return float_twin(bundle)
    raise BundleError(
        f"{bundle.path} is an {bundle.precision} model: evaluate it without --precision, or "
        f"make one with 'attendseg export RUN -o BUNDLE --precision {wanted}'"
    )


def _sureness(result: Result) -> str:
    if result["pixel_accuracy"] is None:
        return percent(None)
    if result["calibration_error"] is None:
        return "the model gives no confidence"
    return (
        f"{percent(result['calibration_error'])} of the confidence, at temperature "
        f"{result['temperature']:g}"
    )


def describe(result: Result) -> str:
    """See `Verb`."""
    width, height = result["input_size"]
    return table(
        {
            "model": f"{result['model']} ({result['precision']}) on {result['engine']}",
            "input": f"{width}x{height}",
            "images": f"{result['images']} of split '{result['split']}'",
            "pixel accuracy": percent(result["pixel_accuracy"]),
            "mean IoU": percent(result["mean_iou"]),
            "calibration error": _sureness(result),
            **{f"IoU {name}": percent(iou) for name, iou in result["per_class_iou"].items()},
            **group_rows(result.get("groups", {}), result.get("mean_over_groups")),
        }
    )
