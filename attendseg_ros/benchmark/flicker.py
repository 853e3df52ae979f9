# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What `temporal_smoothing` does against flicker, and to accuracy, on rendered streets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.benchmark.machine import machine
from attendseg_ros.errors import BundleError
from attendseg_ros.inference import Bundle, Segmenter, create_engine, load_bundle
from attendseg_ros.inference.decode import Decoder
from attendseg_ros.inference.resize import Resizer
from attendseg_ros.inference.smoothing import Smoother
from attendseg_ros.labels import ClassTable
from attendseg_ros.progress import progress_of
from attendseg_ros.scene import SceneFrame, StreetScene
from attendseg_ros.training.metrics import ConfusionMatrix

SEEDS = (11, 12, 13)
"""Streets the network has not seen: those of its training are 1000 and up."""

WEIGHTS = (0.0, 0.5, 0.8)
RATE_HZ = 30

SETTLED = 10
"""Frames after which an average of weight 0.8 has forgotten where it began (0.8^10 = 0.1)."""

_INSTANT_S = 1e-6
"""Within a microsecond the street stands still, but the camera's noise changes."""

Mask: TypeAlias = NDArray[np.uint8]

Labeller: TypeAlias = Callable[[Iterable[SceneFrame]], Iterator[Mask]]
"""Gives the labels of the frames of one camera, in their order."""


@dataclass(frozen=True)
class FlickerPlan:
    """What to measure.

    Attributes:
        model: name of a shipped model or folder of a bundle.
        engine: that runs it.
        threads: of the engine; 0 for all physical cores but one, from two to four.
        frames: of each street; at least `SETTLED` and two.
    """

    model: str
    engine: str
    threads: int
    frames: int


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


def averaged_blindly(bundle: Bundle, engine_name: str, weight: float, threads: int = 0) -> Labeller:
    """Labels a stream by the same average, but of all pixels, whatever the image does."""

    def label(frames: Iterable[SceneFrame]) -> Iterator[Mask]:
        resizer, smoother = Resizer(bundle.input_size), Smoother()
        decoder = Decoder(bundle.classes.ids, bundle.input_size)
        width, height = bundle.input_size
        unchanging = np.zeros((height, width, 3), np.uint8)
        with closing(create_engine(engine_name, bundle, bundle.input_size, threads)) as engine:
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


def measure_flicker(plan: FlickerPlan) -> dict[str, Any]:
    """Labels the streets with each smoothing, and with a plain average of all pixels.

    Raises:
        BundleError: the model is unfit, or its classes are not the scene's.
        EngineError: the engine is not installed or cannot run the model.
    """
    facts = machine()
    bundle = load_bundle(plan.model)
    if bundle.classes != ClassTable.load("camvid"):
        raise BundleError(f"{bundle.path}: the streets have CamVid's classes, the model has others")
    with (
        closing(Segmenter(bundle, plan.engine, num_threads=plan.threads)) as segmenter,
        closing(Segmenter(bundle, segmenter.engine_name, num_threads=plan.threads)) as unsmoothed,
    ):
        ways = [(weight, False, smoothed(segmenter, weight)) for weight in WEIGHTS]
        blind = averaged_blindly(bundle, segmenter.engine_name, WEIGHTS[-1], plan.threads)
        ways.append((WEIGHTS[-1], True, blind))
        cases = []
        for weight, is_blind, way in ways:
            plain = smoothed(unsmoothed, 0.0)
            scores = score(way, plain, len(bundle.classes), plan.frames)
            cases.append({"smoothing": weight, "of_all_pixels": is_blind, **asdict(scores)})
        engine = segmenter.engine_name
    return {
        "benchmark": "flicker",
        "machine": facts,
        "plan": asdict(plan),
        "engine": engine,
        "cases": cases,
    }


def score(label: Labeller, plain: Labeller, num_classes: int, frames: int) -> Scores:
    """Scores a way of labelling on every street, standing and driving."""
    confusion = ConfusionMatrix(num_classes)
    shares, changed = [], []
    for seed in progress_of(SEEDS, desc="streets", unit="street", leave=False):
        scene = StreetScene(seed)
        shares.append(flicker(label, standing(scene, 5.0, frames)))
        drive = list(driving(scene, 5.0, frames))
        for mask, unsmoothed, frame in zip(label(drive), plain(drive), drive, strict=True):
            confusion.update(mask, frame.labels)
            changed.append(float((mask != unsmoothed).mean()))
    return Scores(float(np.mean(shares)), confusion.mean_iou, float(np.mean(changed)))
