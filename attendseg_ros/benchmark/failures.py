# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a model fails: the worst images of a set, with image, truth and prediction side by side.

Mind the terms of the images before you show the pictures to others.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.benchmark.machine import machine
from attendseg_ros.files import write_atomically
from attendseg_ros.inference import Segmenter, load_bundle
from attendseg_ros.labels import UNLABELLED, ClassTable
from attendseg_ros.labels.masks import colorize
from attendseg_ros.placing import Placing, check_apart, keep_everything
from attendseg_ros.progress import progress_of
from attendseg_ros.training.dataset import LabelledSet

Mask = NDArray[np.uint8]


@dataclass(frozen=True)
class Failure:
    """What went wrong in one image.

    Attributes:
        index: of the image in the set.
        name: its stem.
        accuracy: share of the labelled pixels that got their class.
        confused: the two classes, true and said, of most of the wrong pixels; None if none is.
    """

    index: int
    name: str
    accuracy: float
    confused: tuple[str, str] | None


@dataclass(frozen=True)
class FailuresPlan:
    """What to judge and what to show.

    Attributes:
        model: name of a shipped model or folder of a bundle.
        engine: that runs it.
        threads: of the engine; 0 for all physical cores but one, from two to four.
        data: a labelled set in SegNet's layout.
        split: of the set.
        pictures: folder for the pictures.
        worst: how many pictures.
        width: of each of a picture's three parts, in pixels.
        apart: least distance between two shown images in the set's order, for neighbours in a
            video fail alike.
    """

    model: str
    engine: str
    threads: int
    data: Path
    split: str
    pictures: Path
    worst: int = 4
    width: int = 240
    apart: int = 10


def judge(index: int, name: str, said: Mask, truth: Mask, classes: ClassTable) -> Failure | None:
    """Compares a mask with the truth.

    Args:
        index: of the image in the set.
        name: its stem.
        said: uint8 (H, W) class ids.
        truth: the same, with 255 where nothing is labelled.
        classes: the model's.

    Returns:
        None where nothing is labelled.
    """
    labelled = truth != UNLABELLED
    if not labelled.any():
        return None
    wrong = labelled & (said != truth)
    confused = None
    if wrong.any():
        pairs = truth[wrong].astype(np.int64) << 8 | said[wrong]
        most = int(np.bincount(pairs).argmax())
        name_of = dict(zip(classes.ids, classes.names, strict=True))
        confused = (name_of[most >> 8], name_of[most & 255])
    return Failure(index, name, 1.0 - float(wrong.sum()) / float(labelled.sum()), confused)


def worst(segmenter: Segmenter, labelled: LabelledSet, plan: FailuresPlan) -> list[Failure]:
    """The images of which the smallest share is right, worst first, no two near each other."""
    found = []
    for index in progress_of(range(len(labelled)), desc="judging", unit="image", leave=False):
        rgb, truth = labelled[index]
        said = segmenter.segment(rgb).labels
        found.append(judge(index, labelled.names[index], said, truth, segmenter.bundle.classes))
    judged = [failure for failure in found if failure is not None]
    taken: list[Failure] = []
    for failure in sorted(judged, key=lambda failure: failure.accuracy):
        if all(abs(failure.index - other.index) >= plan.apart for other in taken):
            taken.append(failure)
    return taken[: plan.worst]


def picture(rgb: Mask, truth: Mask, said: Mask, palette: Mask, width: int) -> Mask:
    """Image, truth and prediction side by side; what is not labelled is black in both masks.

    Args:
        rgb: uint8 (H, W, 3).
        truth: uint8 (H, W) class ids.
        said: the same.
        palette: uint8 (256, 3).
        width: of each of the three in the result, in pixels.

    Returns:
        uint8 (height, 3 * width, 3) RGB.
    """
    shown = np.where(truth == UNLABELLED, truth, said)
    height = max(1, round(rgb.shape[0] * width / rgb.shape[1]))
    parts = [rgb, colorize(truth, palette), colorize(shown, palette)]
    ways = (cv2.INTER_AREA, cv2.INTER_NEAREST, cv2.INTER_NEAREST)
    resized = [
        cv2.resize(part, (width, height), interpolation=way)
        for part, way in zip(parts, ways, strict=True)
    ]
    return np.asarray(np.hstack(resized), np.uint8)


def measure_failures(plan: FailuresPlan) -> dict[str, Any]:
    """Judges every image of a set, and writes a picture for each of the worst.

    Raises:
        BundleError: the model is unfit.
        DataError: the set is, or the folder for the pictures is part of it.
        EngineError: the engine is not installed or cannot run the model.
    """
    check_apart(plan.pictures, [plan.data], "set")
    facts = machine()
    bundle = load_bundle(plan.model)
    labelled = LabelledSet(plan.data, plan.split, bundle.classes)
    placing = Placing(plan.pictures, keep_everything)
    with (
        closing(Segmenter(bundle, plan.engine, num_threads=plan.threads)) as segmenter,
        closing(placing),
    ):
        placing.unfinished.mkdir()
        found = worst(segmenter, labelled, plan)
        for failure in found:
            _write(segmenter, labelled, placing.unfinished, failure, plan.width)
        engine = segmenter.engine_name
        placing.finish()
    return {
        "benchmark": "failures",
        "machine": facts,
        "model": bundle.name,
        "engine": engine,
        "data": str(plan.data),
        "split": plan.split,
        "images": len(labelled),
        "pictures": str(plan.pictures),
        "failures": [
            {
                "picture": _picture_name(one),
                "image": one.name,
                "accuracy": one.accuracy,
                "confused": None if one.confused is None else list(one.confused),
            }
            for one in found
        ],
    }


def _write(
    segmenter: Segmenter, labelled: LabelledSet, out: Path, failure: Failure, width: int
) -> None:
    rgb, truth = labelled[failure.index]
    said = segmenter.segment(rgb).labels
    shown = picture(rgb, truth, said, segmenter.bundle.classes.palette(), width)
    _, png = cv2.imencode(".png", cv2.cvtColor(shown, cv2.COLOR_RGB2BGR))
    write_atomically(out / _picture_name(failure), png.tobytes())


def _picture_name(failure: Failure) -> str:
    return f"{failure.name}.png"
