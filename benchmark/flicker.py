# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Prints flicker and accuracy by temporal_smoothing: `python -m benchmark.flicker`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from attendseg_ros import stopping
from attendseg_ros.inference import Bundle, Segmenter, create_engine, load_bundle
from attendseg_ros.inference.decode import Decoder
from attendseg_ros.inference.resize import Resizer
from attendseg_ros.inference.smoothing import Smoother
from attendseg_ros.scene import SceneFrame, StreetScene
from attendseg_ros.training.metrics import ConfusionMatrix

SEEDS = (11, 12, 13)
"""Streets the network has not seen: those of its training are 1000 and up."""

WEIGHTS = (0.0, 0.5, 0.8)
RATE_HZ = 30
FRAMES = 60

SETTLED = 10
"""Frames after which an average of weight 0.8 has forgotten where it began (0.8^10 = 0.1)."""

_INSTANT_S = 1e-6
"""Within a microsecond the street stands still, but the camera's noise changes."""

Mask: TypeAlias = NDArray[np.uint8]

Labeller: TypeAlias = Callable[[Iterable[SceneFrame]], Iterator[Mask]]
"""Gives the labels of the frames of one camera, in their order."""


@dataclass(frozen=True)
class Scores:
    """What a way of labelling gives: shares from 0 to 1.

    Attributes:
        flicker: of the pixels that change class from a frame to the next, nothing having moved.
        mean_iou: against the ground truth of a drive.
        changed: of the pixels of the drive whose class is not the one without smoothing.
    """

    flicker: float
    mean_iou: float
    changed: float


def standing(scene: StreetScene, start_s: float, frames: int) -> Iterator[SceneFrame]:
    """A street that stands still, with the noise of a camera."""
    for index in range(frames):
        yield scene.render(start_s + index * _INSTANT_S)


def driving(scene: StreetScene, start_s: float, frames: int) -> Iterator[SceneFrame]:
    """The same street, driven along at 30 frames a second."""
    for index in range(frames):
        yield scene.render(start_s + index / RATE_HZ)


def smoothed(segmenter: Segmenter, weight: float) -> Labeller:
    """Labels a stream of frames with a `temporal_smoothing`."""

    def label(frames: Iterable[SceneFrame]) -> Iterator[Mask]:
        for stamp_ns, frame in stamped(frames):
            yield segmenter.segment(frame.rgb, smoothing=weight, stamp_ns=stamp_ns).labels

    return label


def averaged_blindly(bundle: Bundle, engine_name: str, weight: float) -> Labeller:
    """Labels a stream by the same average, but of all pixels, whatever the image does."""

    def label(frames: Iterable[SceneFrame]) -> Iterator[Mask]:
        resizer, smoother = Resizer(bundle.input_size), Smoother()
        decoder = Decoder(bundle.classes.ids, bundle.input_size)
        width, height = bundle.input_size
        unchanging = np.zeros((height, width, 3), np.uint8)
        with closing(create_engine(engine_name, bundle, bundle.input_size, 0)) as engine:
            for stamp_ns, frame in stamped(frames):
                size = (frame.rgb.shape[1], frame.rgb.shape[0])
                logits = engine.infer(resizer.resize(frame.rgb))
                average = smoother.smooth(logits, unchanging, weight, size, stamp_ns)
                yield decoder.decode(average, size)[0]

    return label


def stamped(frames: Iterable[SceneFrame]) -> Iterator[tuple[int, SceneFrame]]:
    """Frames with their stamps in nanoseconds."""
    for index, frame in enumerate(frames):
        yield index * 1_000_000_000 // RATE_HZ, frame


def flicker(label: Labeller, frames: Iterable[SceneFrame]) -> float:
    """The share of pixels that change class from one frame to the next, once settled."""
    masks = list(label(frames))[SETTLED:]
    return float(np.mean([(a != b).mean() for a, b in pairwise(masks)]))


def measure(label: Labeller, plain: Labeller, num_classes: int, frames: int) -> Scores:
    """Scores a way of labelling on every street, standing and driving."""
    confusion = ConfusionMatrix(num_classes)
    shares, changed = [], []
    for seed in tqdm(SEEDS, desc="streets", unit="street", leave=False):
        scene = StreetScene(seed)
        shares.append(flicker(label, standing(scene, 5.0, frames)))
        drive = list(driving(scene, 5.0, frames))
        for mask, unsmoothed, frame in zip(label(drive), plain(drive), drive, strict=True):
            confusion.update(mask, frame.labels)
            changed.append(float((mask != unsmoothed).mean()))
    return Scores(float(np.mean(shares)), confusion.mean_iou, float(np.mean(changed)))


def main() -> int:
    """Prints a row for each weight; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.flicker", description=__doc__)
    parser.add_argument("--model", default="street", help="(default: %(default)s)")
    parser.add_argument("--engine", default="onnxruntime", help="(default: %(default)s)")
    parser.add_argument(
        "--frames", type=int, default=FRAMES, help="a street (default: %(default)s)"
    )
    arguments = parser.parse_args()
    if arguments.frames < SETTLED + 2:
        parser.error(f"--frames must be at least {SETTLED + 2}")
    bundle = load_bundle(arguments.model)
    blind = averaged_blindly(bundle, arguments.engine, WEIGHTS[-1])
    with (
        closing(Segmenter(bundle, arguments.engine)) as segmenter,
        closing(Segmenter(bundle, arguments.engine)) as unsmoothed,
    ):
        ways = {str(weight): smoothed(segmenter, weight) for weight in WEIGHTS}
        ways[f"{WEIGHTS[-1]}, but of all pixels"] = blind
        print("| temporal_smoothing | flicker, standing | mean IoU, driving | changed, driving |")
        print("|---|---|---|---|")
        for name, way in ways.items():
            plain = smoothed(unsmoothed, 0.0)
            scores = measure(way, plain, len(bundle.classes), arguments.frames)
            print(
                f"| {name} | {scores.flicker:.2%} | {scores.mean_iou:.2%} | {scores.changed:.2%} |"
            )
    return 0


if __name__ == "__main__":
    sys.exit(stopping.run("benchmark.flicker", main))
