# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pictures of where a model fails: image, truth and prediction of the worst images of a set.

`python -m benchmark.failures street --data <CamVid> -o failures`. Mind the terms of the images
before you show the pictures to others.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from attendseg_ros import stopping
from attendseg_ros.errors import AttendSegError
from attendseg_ros.files import write_atomically
from attendseg_ros.inference import Segmenter, load_bundle
from attendseg_ros.labels import UNLABELLED, ClassTable
from attendseg_ros.labels.masks import colorize
from attendseg_ros.placing import Placing, check_apart, keep_everything
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
class Sizes:
    """What to show.

    Attributes:
        worst: how many pictures.
        width: of each of a picture's three parts, in pixels.
        apart: least distance between two shown images in the set's order, for neighbours in a
            video fail alike.
    """

    worst: int
    width: int
    apart: int


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


def worst(segmenter: Segmenter, labelled: LabelledSet, sizes: Sizes) -> list[Failure]:
    """The images of which the smallest share is right, worst first, no two near each other."""
    found = []
    for index in tqdm(range(len(labelled)), desc="judging", unit="image", leave=False):
        rgb, truth = labelled[index]
        said = segmenter.segment(rgb).labels
        found.append(judge(index, labelled.names[index], said, truth, segmenter.bundle.classes))
    judged = [failure for failure in found if failure is not None]
    taken: list[Failure] = []
    for failure in sorted(judged, key=lambda failure: failure.accuracy):
        if all(abs(failure.index - other.index) >= sizes.apart for other in taken):
            taken.append(failure)
    return taken[: sizes.worst]


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


def write_failures(segmenter: Segmenter, labelled: LabelledSet, out: Path, sizes: Sizes) -> None:
    """Writes a picture for each of the worst images, and prints a row of a table for each."""
    print("| picture | right | most of the wrong pixels |")
    print("|---|---|---|")
    placing = Placing(out, keep_everything)
    with closing(placing):
        placing.unfinished.mkdir()
        _write(segmenter, labelled, placing.unfinished, sizes)
        placing.finish()


def _write(segmenter: Segmenter, labelled: LabelledSet, out: Path, sizes: Sizes) -> None:
    palette = segmenter.bundle.classes.palette()
    for failure in worst(segmenter, labelled, sizes):
        rgb, truth = labelled[failure.index]
        said = segmenter.segment(rgb).labels
        shown = picture(rgb, truth, said, palette, sizes.width)
        _, png = cv2.imencode(".png", cv2.cvtColor(shown, cv2.COLOR_RGB2BGR))
        write_atomically(out / f"{failure.name}.png", png.tobytes())
        what = "none" if failure.confused is None else "{} taken for {}".format(*failure.confused)
        print(f"| {failure.name}.png | {failure.accuracy:.1%} | {what} |")


def main() -> int:
    """Reads the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.failures", description=__doc__)
    parser.add_argument("model", help="a shipped model or a bundle's folder")
    parser.add_argument("--data", type=Path, required=True, help="labelled set, SegNet's layout")
    parser.add_argument("--split", default="val", help="(default: %(default)s)")
    parser.add_argument("--engine", default="onnxruntime", help="(default: %(default)s)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--worst", type=int, default=4, help="pictures (default: %(default)s)")
    parser.add_argument(
        "--width", type=int, default=240, help="of each part in pixels (default: %(default)s)"
    )
    parser.add_argument(
        "--apart",
        type=int,
        default=10,
        help="least distance of two shown images in the set, as neighbours in a video fail alike "
        "(default: %(default)s)",
    )
    arguments = parser.parse_args()
    if min(arguments.worst, arguments.width, arguments.apart) < 1:
        parser.error("--worst, --width and --apart must be 1 or more")
    try:
        check_apart(arguments.output, [arguments.data], "set")
        bundle = load_bundle(arguments.model)
        labelled = LabelledSet(arguments.data, arguments.split, bundle.classes)
        with closing(Segmenter(bundle, arguments.engine)) as segmenter:
            sizes = Sizes(arguments.worst, arguments.width, arguments.apart)
            write_failures(segmenter, labelled, arguments.output, sizes)
    except AttendSegError as error:
        print(f"benchmark.failures: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(stopping.run("benchmark.failures", main))
