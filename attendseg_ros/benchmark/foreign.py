# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How often a model calls its own kind of images foreign, and foreign ones its own."""

from __future__ import annotations

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
from attendseg_ros.errors import BundleError, DataError
from attendseg_ros.inference import Bundle, Segmenter, load_bundle
from attendseg_ros.percentiles import percentile
from attendseg_ros.pictures import list_pictures, shown_entries

Image: TypeAlias = NDArray[np.uint8]

SIZE = (480, 640)
"""Rows and columns of made-up images."""

SYNTHETIC = 20
"""Made-up images of each kind."""

LIMIT = 1.0
"""What the node's `max_foreignness_warn` is unless somebody sets it."""

_SEED = 0


@dataclass(frozen=True)
class ForeignPlan:
    """What to look at.

    Attributes:
        model: name of a shipped model or folder of a bundle.
        engine: that runs it.
        threads: of the engine; 0 for all physical cores but one, from two to four.
        home: folders of pictures, and videos, of the kind that the model was trained on.
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
        DataError: a folder or a video holds no picture, or one cannot be read.
        EngineError: the engine is not installed or cannot run the model.
    """
    facts = machine()
    bundle = load_bundle(plan.model)
    _check_known(bundle)
    rows = []
    with closing(Segmenter(bundle, plan.engine, plan.threads)) as segmenter:

        def seen(images: Iterator[Image], name: str) -> list[float]:
            progress = tqdm(images, desc=name, unit="image", leave=False)
            return [segmenter.segment(rgb).foreignness for rgb in progress]

        own: list[float] = []
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
        "limit": LIMIT,
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


def _row(
    name: str, kind: str, found: Sequence[float], own: Sequence[float] | None = None
) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "images": len(found),
        "foreignness": {f"p{share}": percentile(found, share / 100) for share in (5, 50, 95)},
        "alarms": float(np.mean(np.array(found) > LIMIT)),
        "auroc": None if own is None else auroc(own, found),
    }


def auroc(own: Sequence[float], foreign: Sequence[float]) -> float:
    """The chance that a foreign image is more foreign than an own one; equals count half.

    The area under the ROC curve, by the Mann-Whitney statistic.
    """
    ordered = np.sort(own)
    below = np.searchsorted(ordered, foreign, "left") + np.searchsorted(ordered, foreign, "right")
    return float(below.mean() / 2 / len(ordered))


def images_of(path: Path, most: int) -> Iterator[Image]:
    """The pictures of a folder, or frames of a video, evenly spaced: RGB uint8 (H, W, 3).

    Raises:
        DataError: there is none, or one cannot be read.
    """
    if path.is_dir():
        return _pictures(path, most)
    if path.is_file():
        return _frames(path, most)
    raise DataError(f"{path}: no such folder or video")


def _pictures(folder: Path, most: int) -> Iterator[Image]:
    listed = list_pictures(folder)
    if not listed.pictures:
        raise DataError(f"{folder}: holds no picture, but {shown_entries(listed.left_out)}")
    for position in _spaced(len(listed.pictures), most):
        file = listed.pictures[position]
        image = cv2.imread(str(file), cv2.IMREAD_COLOR)
        if image is None:
            raise DataError(f"{file}: cannot be decoded as a picture")
        yield np.ascontiguousarray(image[..., ::-1])


def _frames(file: Path, most: int) -> Iterator[Image]:
    video = cv2.VideoCapture(str(file))
    try:
        count = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
        wanted, found = set(_spaced(max(count, 0), most)), 0
        for index in range(max(count, 0)):
            is_there, image = video.read()
            if not is_there:
                break
            if index in wanted:
                found += 1
                yield np.ascontiguousarray(np.asarray(image, np.uint8)[..., ::-1])
        if not found:
            raise DataError(f"{file}: no frame can be read: is it a video?")
    finally:
        video.release()


def _spaced(count: int, most: int) -> list[int]:
    return sorted({round(place) for place in np.linspace(0, count - 1, min(count, most))})


def synthetic(home: Path) -> dict[str, Iterator[Image]]:
    """Images of no scene, and of own scenes that the camera cannot see: of each kind `SYNTHETIC`.

    Args:
        home: a folder or a video of own images.
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
