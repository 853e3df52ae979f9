# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How often a model calls its own kind of images foreign, and foreign ones its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from attendseg_ros.benchmark.machine import machine
from attendseg_ros.errors import BundleError
from attendseg_ros.images.contrast import LEAST, contrast
from attendseg_ros.inference import Bundle, Segmenter, load_bundle
from attendseg_ros.inference.familiarity import USUAL_LIMIT
from attendseg_ros.percentiles import percentile
from attendseg_ros.pictures import evenly_spaced
from attendseg_ros.playback.frames import Source
from attendseg_ros.playback.images import ImageSource
from attendseg_ros.playback.open import open_source
from attendseg_ros.progress import progress_of

Image: TypeAlias = NDArray[np.uint8]

SIZE = (480, 640)
"""Rows and columns of made-up images."""

SYNTHETIC = 20
"""Made-up images of each kind."""

_SEED = 0


@dataclass(frozen=True)
class ForeignPlan:
    """What to look at.

    Attributes:
        model: name of a shipped model or folder of a bundle.
        engine: that runs it.
        threads: of the engine; 0 for all physical cores but one, from two to four.
        home: folders of pictures, videos and bags of the kind that the model was trained on.
        foreign: the same of other kinds.
        images: most of each, evenly spaced.
    """

    model: str
    engine: str
    threads: int
    home: Sequence[Path]
    foreign: Sequence[Path]
    images: int = 200


def measure_foreign(plan: ForeignPlan) -> dict[str, Any]:
    """Shows every image to the model by itself; the node takes the median of several.

    Raises:
        BundleError: the model is unfit, or its model.yaml tells no range of its own images.
        DataError: a folder, video or bag holds no picture that can be read.
        EngineError: the engine is not installed or cannot run the model.
    """
    facts = machine()
    bundle = load_bundle(plan.model)
    _check_known(bundle)
    rows = []
    with closing(Segmenter(bundle, plan.engine, plan.threads)) as segmenter:

        def seen(images: Iterator[Image], name: str) -> list[Seen]:
            progress = progress_of(images, desc=name, unit="image", leave=False)
            return [Seen(segmenter.segment(rgb).foreignness, contrast(rgb)) for rgb in progress]

        own: list[Seen] = []
        for path in plan.home:
            found = seen(images_of(path, plan.images), path.name)
            own += found
            rows.append(_row(path.name, "home", found))
        for path in plan.foreign:
            rows.append(
                _row(path.name, "foreign", seen(images_of(path, plan.images), path.name), own)
            )
        for name, images in synthetic(plan.home[0]).items():
            rows.append(_row(name, "synthetic", seen(images, name), own))
        engine = segmenter.engine_name
    return {
        "benchmark": "foreign",
        "machine": facts,
        "plan": {
            **asdict(plan),
            "home": [str(path) for path in plan.home],
            "foreign": [str(path) for path in plan.foreign],
        },
        "model": bundle.name,
        "engine": engine,
        "limit": USUAL_LIMIT,
        "sources": rows,
    }


def _check_known(bundle: Bundle) -> None:
    known = bundle.familiarity
    shape = (1, *bundle.output_shape(bundle.input_size)[1:])
    if known is None or np.isnan(known.foreignness(np.zeros(shape, np.float32), bundle.input_size)):
        raise BundleError(
            f"{bundle.path} does not tell which images are the model's own: run 'attendseg "
            "calibrate' on it first"
        )


@dataclass(frozen=True)
class Seen:
    """What is known of an image: how foreign it is to the model, and its contrast."""

    foreignness: float
    contrast: float


def _row(
    name: str, kind: str, found: Sequence[Seen], own: Sequence[Seen] | None = None
) -> dict[str, Any]:
    foreign = [each.foreignness for each in found]
    contrasts = [each.contrast for each in found]
    return {
        "name": name,
        "kind": kind,
        "images": len(found),
        "foreignness": {f"p{share}": percentile(foreign, share / 100) for share in (5, 50, 95)},
        "alarms": float(np.mean(np.array(foreign) > USUAL_LIMIT)),
        "auroc": None if own is None else auroc([each.foreignness for each in own], foreign),
        "least_contrast": min(contrasts),
        "show_nothing": float(np.mean(np.array(contrasts) < LEAST)),
    }


def auroc(own: Sequence[float], foreign: Sequence[float]) -> float:
    """The chance that a foreign image is more foreign than an own one; equals count half.

    The area under the ROC curve, by the Mann-Whitney statistic.
    """
    ordered = np.sort(own)
    below = np.searchsorted(ordered, foreign, "left") + np.searchsorted(ordered, foreign, "right")
    return float(below.mean() / 2 / len(ordered))


def images_of(path: Path, most: int) -> Iterator[Image]:
    """The pictures of a folder, or frames of a video or a bag, evenly spaced: RGB uint8 (H, W, 3).

    Raises:
        DataError: there is none, or nothing of it can be read.
    """
    source = open_source(path)
    if isinstance(source, ImageSource):
        # Pictures that are not looked at need not be decoded.
        source = source.part(most)
    count = source.frame_count
    if count is None:
        count = sum(1 for _ in source)
    return _chosen(source, set(evenly_spaced(count, most)))


def _chosen(source: Source, wanted: set[int]) -> Iterator[Image]:
    for frame in source:
        if frame.index in wanted:
            yield frame.rgb
    for line in source.skipped:
        tqdm.write(f"left out: {line}", file=sys.stderr)


def synthetic(home: Path) -> dict[str, Iterator[Image]]:
    """Images of no scene, and of own scenes that the camera cannot see: of each kind `SYNTHETIC`.

    Args:
        home: a folder, a video or a bag of own images.
    """
    kinds: dict[str, Callable[[np.random.Generator, Image], Image]] = {
        "noise of single pixels": lambda random, _: _noise(random, 1),
        "noise of blobs": lambda random, _: _noise(random, 32),
        "one colour": lambda random, _: np.full((*SIZE, 3), random.integers(0, 256, 3), np.uint8),
        "lens covered": lambda random, _: _sensed(np.zeros((*SIZE, 3)), random),
        "own images, dark": lambda random, own: _sensed(own * 0.04, random),
        "own images, dim": lambda random, own: _sensed(own * 0.4, random),
        "own images, glared": lambda random, own: _sensed(own * 0.2 + 210.0, random),
        "own images, behind a finger": lambda random, own: _sensed(
            cv2.GaussianBlur(own, (0, 0), 40) * 0.25 + (30.0, 10.0, 5.0), random
        ),
        "own images, upside down": lambda _, own: np.ascontiguousarray(own[::-1, ::-1]),
    }

    owns = list(images_of(home, SYNTHETIC))

    def made(make: Callable[[np.random.Generator, Image], Image]) -> Iterator[Image]:
        random = np.random.default_rng(_SEED)
        return (make(random, own) for own in owns)

    return {name: made(make) for name, make in kinds.items()}


def _noise(random: np.random.Generator, side: int) -> Image:
    rows, columns = -(-SIZE[0] // side), -(-SIZE[1] // side)
    coarse = random.integers(0, 256, (rows, columns, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, SIZE[::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


def _sensed(light: NDArray[Any], random: np.random.Generator) -> Image:
    """What a sensor with the noise of little light makes of it."""
    return np.asarray(np.clip(light + random.normal(4.0, 3.0, light.shape), 0, 255), np.uint8)
