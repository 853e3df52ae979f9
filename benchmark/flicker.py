# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Prints flicker and accuracy by temporal_smoothing: `python -m benchmark.flicker`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from attendseg_ros.inference import Segmenter, load_bundle
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
"""In a microsecond the street stands still, but the camera's noise is another."""


@dataclass(frozen=True)
class Scores:
    """What one weight gives: shares from 0 to 1.

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


def segmented(
    segmenter: Segmenter, frames: Iterator[SceneFrame], weight: float
) -> Iterator[tuple[NDArray[np.uint8], SceneFrame]]:
    """The labels of each frame of a stream, and the frame."""
    for index, frame in enumerate(frames):
        stamp_ns = index * 1_000_000_000 // RATE_HZ
        segmentation = segmenter.segment(frame.rgb, smoothing=weight, stamp_ns=stamp_ns)
        yield segmentation.labels, frame


def flicker(segmenter: Segmenter, frames: Iterator[SceneFrame], weight: float) -> float:
    """The share of pixels that change class from one frame to the next, once settled."""
    before: NDArray[np.uint8] | None = None
    shares = []
    for index, (labels, _) in enumerate(segmented(segmenter, frames, weight)):
        if before is not None and index > SETTLED:
            shares.append(float((labels != before).mean()))
        before = labels
    return float(np.mean(shares))


def measure(segmenter: Segmenter, weight: float, frames: int) -> Scores:
    """Scores a weight on every street, standing and driving."""
    confusion = ConfusionMatrix(len(segmenter.bundle.classes))
    shares, changed = [], []
    for seed in tqdm(SEEDS, desc=f"temporal_smoothing {weight}", unit="street", leave=False):
        scene = StreetScene(seed)
        shares.append(flicker(segmenter, standing(scene, 5.0, frames), weight))
        smoothed = list(segmented(segmenter, driving(scene, 5.0, frames), weight))
        plain = segmented(segmenter, driving(scene, 5.0, frames), 0.0)
        for (labels, frame), (unsmoothed, _) in zip(smoothed, plain, strict=True):
            confusion.update(labels, frame.labels)
            changed.append(float((labels != unsmoothed).mean()))
    return Scores(float(np.mean(shares)), confusion.mean_iou, float(np.mean(changed)))


def main() -> None:
    """Prints a row for each weight."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.flicker", description=__doc__)
    parser.add_argument("--model", default="street", help="(default: %(default)s)")
    parser.add_argument("--engine", default="onnxruntime", help="(default: %(default)s)")
    parser.add_argument(
        "--frames", type=int, default=FRAMES, help="a street (default: %(default)s)"
    )
    arguments = parser.parse_args()
    if arguments.frames < SETTLED + 2:
        parser.error(f"--frames must be at least {SETTLED + 2}")
    with closing(Segmenter(load_bundle(arguments.model), arguments.engine)) as segmenter:
        print("| temporal_smoothing | flicker, standing | mean IoU, driving | changed, driving |")
        print("|---|---|---|---|")
        for weight in WEIGHTS:
            scores = measure(segmenter, weight, arguments.frames)
            print(
                f"| {weight} | {scores.flicker:.2%} | {scores.mean_iou:.2%} "
                f"| {scores.changed:.2%} |"
            )


if __name__ == "__main__":
    main()
