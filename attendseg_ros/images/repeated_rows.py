# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows that only repeat the one above: what fills up a picture of which no more has come."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.images.unwritten import BLOCK, row_step

Pixels = NDArray[np.uint8]

_SHARE, _LEAST = 0.05, 24
"""Rows, of the image's and at all, that must be alike: JPEG makes 8 of them alike, and decoders
repeat the last where they fill up a macroblock."""

_TEXTURE = 0.25
"""Share of a row's pixels that differ from the one before. Things without texture, as a simulator
draws them, may look the same from row to row: a floor, a wall, the stripes on a runway."""

_PROBES = 16
"""Pixels of a row that tell of most pictures that no rows are alike."""


def repeated_rows(rgb: Pixels) -> Pixels | None:
    """Finds the rows that show what the one above them shows, to the last bit.

    Drivers and stabilisers fill up with the last row what did not come, or lies outside. Models
    take it for what that row is: where the last sixth of a street is filled so, `street` calls half
    of it a road and more, `campus` and `offroad` three quarters. No ground looks so, seen from
    above it, and no sensor gives two rows alike. Of 243 pictures of streets and from drones, JPEGs
    of quality 10 included, none has such rows.

    Args:
        rgb: uint8 (H, W, 3), of any strides.

    Returns:
        uint8 (N, 1), above 0 where a row of the picture, brought to N rows, shows nothing; None
        where each shows something.
    """
    height, width = rgb.shape[:2]
    step = row_step(rgb)
    small = rgb[::step]
    least = -(-max(_LEAST, round(_SHARE * height)) // step)
    probes = small[:, :: max(1, width // _PROBES)]
    # So many rows together hold one of these, and in few pictures one of them is as the next.
    if not (probes[1::least] == probes[:-1:least]).all(axis=(1, 2)).any():
        return None
    runs = _runs((probes[1:] == probes[:-1]).all(axis=(1, 2)), least)
    found = np.zeros((small.shape[0], 1), np.uint8)
    for start, end in runs:
        part = small[start:end]
        if not _textured(part[-1]):
            continue
        for first, last in _runs((part[1:] == part[:-1]).all(axis=(1, 2)), least):
            found[start + first + 1 : start + last] = 255
    if not found.any():
        return None
    reach = 2 * -(-BLOCK // step) + 1
    return np.asarray(cv2.dilate(found, np.ones((reach, 1), np.uint8)), np.uint8)


def _runs(alike: NDArray[np.bool_], least: int) -> list[tuple[int, int]]:
    """The first and one past the last of rows that are alike, so many or more of them together.

    Args:
        alike: bool (N - 1,), whether a row is as the one before it, from the second on.
        least: rows.
    """
    edges = np.diff(np.concatenate([[False], alike, [False]]).astype(np.int8))
    starts, ends = np.flatnonzero(edges > 0), np.flatnonzero(edges < 0) + 1
    long = ends - starts >= least
    return list(zip(starts[long].tolist(), ends[long].tolist(), strict=True))


def _textured(row: Pixels) -> bool:
    changes = np.count_nonzero((row[1:] != row[:-1]).any(axis=1))
    return bool(changes >= _TEXTURE * row.shape[0])
