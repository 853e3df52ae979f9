# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The images whose activations decide the 8-bit ranges, the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader

from attendseg_ros.inference.resize import Resizer
from attendseg_ros.progress import progress_of
from attendseg_ros.training.augmentation import PairSource

IMAGES = 64
"""Calibration images by default; a tenth of the training images is as good as all."""

_SCENE_SHARE = 0.25


@dataclass(frozen=True)
class CalibrationSet:
    """Images at the network's input size, and where they came from.

    Attributes:
        images: uint8 (height, width, 3) RGB each.
        real: how many are from the training split.
        rendered: how many are rendered scenes.
    """

    images: Sequence[NDArray[np.uint8]]
    real: int
    rendered: int


def choose(
    real: PairSource,
    scenes: PairSource | None,
    input_size: tuple[int, int],
    seed: int,
    count: int = IMAGES,
) -> CalibrationSet:
    """Picks images at random, a quarter of them rendered if the network was trained on those.

    Args:
        real: the training split; never the one that is scored on.
        scenes: rendered scenes, or None.
        input_size: width and height that images are resized to.
        seed: of the choice.
        count: images in all; fewer if there are fewer.
    """
    random = np.random.default_rng(seed)
    wanted = {"rendered": round(count * _SCENE_SHARE) if scenes is not None else 0}
    wanted["real"] = count - wanted["rendered"]
    images = []
    resizer = Resizer(input_size)
    for source, key in ((real, "real"), (scenes, "rendered")):
        if source is None:
            continue
        wanted[key] = min(wanted[key], len(source))
        picks = np.sort(random.choice(len(source), wanted[key], replace=False))
        for index in progress_of(picks, desc=f"reading {key} images to calibrate on", leave=False):
            rgb, _ = source[int(index)]
            images.append(resizer.resize(rgb).copy())
    return CalibrationSet(images, **wanted)


class Reader(CalibrationDataReader):  # type: ignore[misc]
    """Hands images to ONNX Runtime's calibration, normalised, one at a time."""

    def __init__(self, images: Sequence[NDArray[np.uint8]], input_name: str) -> None:
        """Makes a reader that goes through the images once."""
        self._input_name = input_name
        self._images = iter(progress_of(images, desc="calibrating", leave=False))

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next network input, float32 (1, 3, height, width); None after the last."""
        image = next(self._images, None)
        if image is None:
            return None
        planes = (image.astype(np.float32) - 128.0) / 64.0
        return {self._input_name: np.ascontiguousarray(planes.transpose(2, 0, 1)[None])}
