# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a picture shows anything at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEAST = 2.0
"""Grey levels of contrast below which nothing is seen: a lens cap, no light, an empty buffer.

Images of streets, fields, rooms and from drones have 14 or more (docs/foreign.md).
"""

_OF_BRIGHTNESS = 0.06
"""Share of its brightness that a picture of 16 bits has as contrast and shows nothing all the same.

A thermal camera's raw numbers begin somewhere, and what it sees fills a small part of their range:
to the models such a picture is one grey, a trail for `offroad` and a road for `campus`."""

_ROWS, _COLUMNS = 12, 16
_SAMPLES = 6
"""Along each side of a tile, or up to twice as many: 36 leave a sixth of the sensor's noise."""


def contrast(rgb: NDArray[np.uint8], *, wide: bool = False) -> float:
    """The standard deviation of the brightness of 12 x 16 tiles, in grey levels of 0 to 255.

    Noise of single pixels, which a covered lens leaves, is averaged away in a tile; what a scene
    shows is not. 40 microseconds, of some 7000 pixels, whatever the picture's size.

    Args:
        rgb: uint8 (H, W, 3).
        wide: whether it was of 16 bits, whose brightness may begin above 0: then it is what is left
            without a share of the brightness, 0.0 at least.
    """
    # Green carries most of the brightness (BT.601: 0.587), and a third of the bytes is enough;
    # where it shows nothing, a colour may.
    if wide:
        return max(0.0, contrast(rgb) - _OF_BRIGHTNESS * float(rgb[::8, ::8].mean()))
    green = _of_channel(rgb[..., 1])
    return green if green >= LEAST else max(green, *(_of_channel(rgb[..., i]) for i in (0, 2)))


def _of_channel(channel: NDArray[np.uint8]) -> float:
    height, width = channel.shape
    row_step = max(1, height // (_ROWS * _SAMPLES))
    column_step = max(1, width // (_COLUMNS * _SAMPLES))
    samples = channel[::row_step, ::column_step]
    rows, columns = min(_ROWS, samples.shape[0]), min(_COLUMNS, samples.shape[1])
    high, wide = samples.shape[0] // rows, samples.shape[1] // columns
    whole = samples[: rows * high, : columns * wide].reshape(rows, high, columns, wide)
    tiles = whole.mean(axis=(1, 3))
    return float(tiles.std())
