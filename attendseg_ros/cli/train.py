# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg train --data DIR --classes FILE -o RUN`: trains on a labelled set."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from attendseg_ros import stopping
from attendseg_ros.cli.judging import add_judging, judging
from attendseg_ros.cli.terms_options import FORM, told
from attendseg_ros.cli.verb import (
    SIZES,
    Result,
    add_sizes,
    given_path,
    group_rows,
    need_packages,
    percent,
    table,
)
from attendseg_ros.errors import DataError
from attendseg_ros.labels import ClassTable
from attendseg_ros.labels.classes import BUILT_IN as BUILT_IN_CLASSES
from attendseg_ros.network.shape import BUILT_IN, Shape
from attendseg_ros.terms import Source
from attendseg_ros.terms.told import TERMS_FILE
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.dataset import LabelledSet
from attendseg_ros.training.group_scores import mean_over_groups
from attendseg_ros.training.groups import find_groups

EACH = "each"
"""In place of a group's name: all, one after the other."""

NAME = "train"
HELP = "train a network on a labelled set; the same command resumes a stopped run"

# Options whose name, type and default are those of a setting of the run.
_NUMBERS = {
    "epochs": (int, "passes over the training split"),
    "batch_size": (int, "images per step"),
    "learning_rate": (float, "peak of the schedule"),
    "weight_decay": (float, "weight decay of the convolution weights"),
    "class_weight_offset": (float, "above 1; the closer to 1, the more rare classes count"),
    "jaccard_weight": (float, "weight of the soft Jaccard loss beside the cross-entropy"),
    "distillation_weight": (float, "weight of the teacher's answers, where there is a teacher"),
    "mix_share": (float, "share of images into which rare classes of another image are pasted"),
    "ema_decay": (float, "decay per step of the averaged weights, which are the ones exported"),
    "min_zoom": (float, "smallest random zoom; 1: the whole image fills the input size"),
    "max_zoom": (float, "largest random zoom"),
    "max_colour_shift": (float, "largest random change of brightness, contrast, saturation"),
    "max_rotation_deg": (float, "largest random rotation; 180 for cameras that look straight down"),
    "scene_share": (
        float,
        "rendered scenes per real image: streets for camvid's classes, rooms for indoor's",
    ),
    "keep_start": (
        float,
        "share of --start-from's weights in those exported, where fine-tuning forgets",
    ),
    "seed": (int, "seed of initialisation, order and augmentation"),
    "evaluate_every": (int, "epochs between evaluations"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `Verb`."""
    parser.add_argument(
        "--data",
        type=given_path,
        required=True,
        metavar="DIR",
        help="labelled set in SegNet's layout: train/, trainannot/, val/, valannot/",
    )
    parser.add_argument(
        "--classes",
        required=True,
        metavar="FILE",
        help="YAML file with the classes' names, ids and colours; or one of the built-in sets: "
        + ", ".join(BUILT_IN_CLASSES),
    )
    parser.add_argument(
        "--terms",
        type=given_path,
        metavar="FILE",
        help=f"YAML file with {FORM} (default: {TERMS_FILE} in the set; without it the terms are "
        "unknown)",
    )
    parser.add_argument(
        "-o",
        "--run",
        type=given_path,
        required=True,
        metavar="RUN",
        help="folder for checkpoints and the log",
    )
    _add_origins(parser)
    _add_settings(parser)
    add_judging(
        parser,
        "groups of the training split that are not trained on and pick the best epoch in place of "
        f"the other split; {EACH}: every one in turn, each as its own run in RUN",
    )


def _add_origins(parser: argparse.ArgumentParser) -> None:
    """Adds what a run begins with and learns from beside the labels."""
    parser.add_argument(
        "--start-from",
        type=given_path,
        metavar="RUN",
        help="finished run, bundle or shipped model whose weights to start at; grown, where its "
        "shape is smaller",
    )
    parser.add_argument(
        "--teacher",
        type=given_path,
        nargs="+",
        default=[],
        metavar="RUN",
        help="finished runs, bundles or shipped models, of any shape, that teach together beside "
        "the labels",
    )
    parser.add_argument(
        "--teacher-size",
        type=int,
        nargs=2,
        metavar=("W", "H"),
        help="size that crops are enlarged to for the teacher, multiples of 64 (default: as is)",
    )
    parser.add_argument(
        "--unlabelled-split",
        metavar="NAME",
        help="folder of the set, or several as walk+drive, whose images have no labels: what the "
        "teacher says of them is learnt",
    )
    parser.add_argument(
        "--backbone",
        type=given_path,
        metavar="FILE",
        help="ImageNet weights of EfficientNet-Lite0, from the package efficientnet-lite0-pytorch-"
        "model: trains a network with that encoder, to be a --teacher; it cannot be exported",
    )
    parser.add_argument(
        "--shape",
        metavar="FILE",
        help="YAML file with the network's shape, as explore writes it; or "
        f"{' or '.join(BUILT_IN)} (default: that of --start-from; without it the shipped street's)",
    )


def _add_settings(parser: argparse.ArgumentParser) -> None:
    settings = parser.add_argument_group("settings (defaults in brackets)")
    defaults = TrainingConfig
    for name, (kind, text) in _NUMBERS.items():
        default = getattr(defaults, name)
        settings.add_argument(
            _option(name), type=kind, default=default, metavar="N", help=f"{text} [%(default)s]"
        )
    add_sizes(settings)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def run(arguments: argparse.Namespace) -> Result:
    """See `Verb`."""
    need_packages(NAME, "torch")
    _need_what_bundles_need(arguments)
    config = _config(arguments)
    terms = told(arguments, config.data.resolve().name)
    with stopping.last_words(lambda: "the same command goes on from the last whole epoch"):
        return (_in_turn if arguments.hold_out == [EACH] else _once)(config, terms)


def _config(arguments: argparse.Namespace) -> TrainingConfig:
    if arguments.backbone is not None and arguments.shape is not None:
        raise DataError("--backbone brings a shape of its own: leave --shape out")
    settings: dict[str, Any] = {
        **{name: getattr(arguments, name) for name in _NUMBERS},
        **{name: tuple(getattr(arguments, name)) for name in SIZES},
        **judging(arguments),
    }
    return TrainingConfig(
        data=arguments.data,
        classes=ClassTable.load(arguments.classes),
        run=arguments.run,
        start_from=arguments.start_from,
        teacher=tuple(arguments.teacher),
        teacher_size=tuple(arguments.teacher_size) if arguments.teacher_size else None,
        backbone=arguments.backbone,
        unlabelled_split=arguments.unlabelled_split,
        shape=_shape(arguments.shape, arguments.start_from),
        **settings,
    )


def _need_what_bundles_need(arguments: argparse.Namespace) -> None:
    from attendseg_ros.training.origins import is_bundle

    if any(origin and is_bundle(origin) for origin in (arguments.start_from, *arguments.teacher)):
        need_packages(NAME, "onnx")


def _shape(wanted: str | None, origin: Path | None) -> Shape:
    from attendseg_ros.training.bundle_weights import shape_of_trained

    if wanted is not None:
        return Shape.load(wanted)
    return Shape() if origin is None else shape_of_trained(origin)


def _in_turn(config: TrainingConfig, terms: Sequence[Source] | None) -> Result:
    """A run for each group, which is held out of it."""
    from attendseg_ros.training import loop

    assert config.groups is not None
    whole = LabelledSet(config.data, config.train_split, config.classes)
    groups: dict[str, Any] = {}
    notes: list[str] = []
    for name in find_groups(config.groups, whole.images).of:
        best = loop.run(replace(config, run=config.run / name, hold_out=(name,)), terms)
        groups[name] = {"best_epoch": best["epoch"], **best["groups"][name]}
        notes += [note for note in best["notes"] if note not in notes]
    return {
        "run": str(config.run),
        "epochs": config.epochs,
        "groups": groups,
        "mean_over_groups": mean_over_groups(groups),
        "notes": notes,
    }


def _once(config: TrainingConfig, terms: Sequence[Source] | None) -> Result:
    from attendseg_ros.training import loop
    from attendseg_ros.training.checkpoint import BEST_FILE

    best = loop.run(config, terms)
    per_class = dict(zip(config.classes.names, best["per_class_iou"], strict=True))
    # A class that val does not show has no IoU, and NaN is no JSON.
    seen = {name: None if iou != iou else iou for name, iou in per_class.items()}
    return {
        "run": str(config.run),
        "checkpoint": str(config.run / BEST_FILE),
        "teaches_only": config.backbone is not None,
        "epochs": config.epochs,
        "best_epoch": best["epoch"],
        "mean_iou": best["mean_iou"],
        "pixel_accuracy": best["pixel_accuracy"],
        "per_class_iou": seen,
        **({"groups": best["groups"]} if config.hold_out else {}),
        "notes": best["notes"],
    }


def describe(result: Result) -> str:
    """See `Verb`."""
    if "mean_over_groups" in result:
        runs = f"{len(result['groups'])} in {result['run']}, one for each group held out"
        return table({"runs": runs, **group_rows(result["groups"], result["mean_over_groups"])})
    return table(
        {
            "best epoch": f"{result['best_epoch']} of {result['epochs']}",
            "mean IoU": percent(result["mean_iou"]),
            "pixel accuracy": percent(result["pixel_accuracy"]),
            **{f"IoU {name}": percent(iou) for name, iou in result["per_class_iou"].items()},
            **group_rows(result.get("groups", {})),
            "checkpoint": result["checkpoint"],
            "next": f"attendseg train --teacher {result['run']} ..."
            if result["teaches_only"]
            else f"attendseg export {result['run']} -o BUNDLE",
        }
    )
