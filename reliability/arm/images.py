# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the models label: pictures or rendered scenes, as they are and at the networks' sizes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import DataError
from attendseg_ros.inference.resize import Resizer
from attendseg_ros.labels import ClassTable
from attendseg_ros.pictures import list_pictures
from attendseg_ros.scene import StreetScene
from attendseg_ros.training.scenes import scene_kind

Images = dict[str, NDArray[np.uint8]]


def rendered(count: int, classes: ClassTable) -> Images:
    """Scenes that are labelled with these classes, uint8 (480, 640, 3); else streets."""
    kind = scene_kind(classes)
    make = StreetScene if kind is None else kind.make
    return {f"scene_{number}": make(number).render(1.0).rgb for number in range(count)}


def pictures(folder: Path, count: int) -> Images:
    """Pictures of a folder, evenly spaced; fewer where there are fewer.

    Raises:
        DataError: there is none, or one cannot be read.
    """
    files = list_pictures(folder).pictures
    if not files:
        raise DataError(f"{folder} holds no pictures")
    places = np.linspace(0, len(files) - 1, min(count, len(files))).round().astype(int)
    found: Images = {}
    for file in (files[place] for place in places):
        bgr = cv2.imread(str(file))
        if bgr is None:
            raise DataError(f"{file} cannot be read")
        found[file.stem] = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
    return found


def in_both_ways(
    images: Mapping[str, NDArray[np.uint8]], sizes: Iterable[tuple[int, int]]
) -> Images:
    """Images as they are, by `whole/NAME`, and brought to sizes here, by `WIDTHxHEIGHT/NAME`."""
    result = {f"whole/{name}": image for name, image in images.items()}
    for width, height in sizes:
        resizer = Resizer((width, height))
        for name, image in images.items():
            result[f"{width}x{height}/{name}"] = np.array(resizer.resize(image))
    return result
