# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which rows of a picture nobody wrote: a buffer that was half filled, a slice that was lost."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_ROWS = 240
"""Of the shorter side that are looked at."""

PART = 5
"""Rows of these that a part holds at least."""

BLOCK = 16
"""Rows of a macroblock: what is left of the picture in the one at a part's edge is mixed."""

NEAR = 4
"""How far a channel may be from what the formulas say: JPEG rounds the colour of a whole block."""

_LUMA = ((0.299, 0.114), (0.2126, 0.0722), (0.2627, 0.0593))
"""Kr and Kb of BT.601, BT.709 and BT.2020."""


def _colours() -> Pixels:
    """The colours that a buffer of one value shows: 128 and 255 as RGB; 0, 128 and 255 as YUV.

    0 is how memory comes and what drivers clear it to, 128 what decoders put where a reference is
    missing, 255 what an unread sensor gives. Black is not among them: `unlit` finds it, and more.

    Returns:
        uint8 (N, 3), each once.
    """
    found = {(128, 128, 128), (255, 255, 255)}
    for value in (0, 128, 255):
        for red_weight, blue_weight in _LUMA:
            # Of the whole range, of the limited one, and OpenCV's: no luma is below 16 in it.
            for black, of_luma, of_chroma in (
                (0, 1.0, 1.0),
                (16, 255.0 / 219.0, 255.0 / 224.0),
                (min(value, 16), 255.0 / 219.0, 255.0 / 224.0),
            ):
                luma, chroma = (value - black) * of_luma, (value - 128) * of_chroma
                red = luma + 2.0 * (1.0 - red_weight) * chroma
                blue = luma + 2.0 * (1.0 - blue_weight) * chroma
                rest = luma - red_weight * red - blue_weight * blue
                green = rest / (1.0 - red_weight - blue_weight)
                colour = [int(min(max(round(one), 0), 255)) for one in (red, green, blue)]
                found.add((colour[0], colour[1], colour[2]))
    return np.array(sorted(found), np.uint8)


COLOURS = _colours()


def row_step(rgb: Pixels) -> int:
    """Which of a picture's rows are looked at: every so-many-th."""
    return int(max(1, min(rgb.shape[:2]) // _ROWS))


def unwritten(rgb: Pixels) -> Pixels | None:
    """Finds the rows that show a buffer's empty memory.

    Models take it for ground: `drone` and `offroad` call the green of empty YUV grass, grey is a
    road to all, white and magenta are a floor to `indoor`, and they are sure of it. All of three
    hold of such rows, and together they hold of no picture that a lens made: each is of one colour
    to the last bit from side to side, the colour is one of `COLOURS`, and there are 2 % of the
    image's rows or more of them together. White rows from the top edge on are a sky in the sun.

    Args:
        rgb: uint8 (H, W, 3), of any strides.

    Returns:
        uint8 (N, 1), above 0 where a row of the picture, brought to N rows, shows nothing, with the
        blocks at its edges; None where none does.
    """
    step = row_step(rgb)
    small = rgb[::step]
    # Three pixels of a row tell of most pictures that there are none.
    first = small[:, 0].astype(np.int16)
    alike = (small[:, rgb.shape[1] // 2] == first) & (small[:, -1] == first)
    rows = np.flatnonzero(alike.all(axis=1))
    if rows.size < PART:
        return None
    near = np.abs(first[rows, None] - COLOURS.astype(np.int16)).max(axis=2) <= NEAR
    rows = rows[near.any(axis=1)]
    white = (first[rows] >= 255 - NEAR).all(axis=1)
    # The rows from the top on that are white, without a gap.
    sky = white & (rows == np.arange(rows.size))
    rows = rows[~np.logical_and.accumulate(sky)]
    if rows.size < PART:
        return None
    found = np.zeros((small.shape[0], 1), np.uint8)
    rows = rows[[bool((small[row] == small[row, 0]).all()) for row in rows]]
    found[rows] = 255
    # Beyond the picture's edge it goes on as at the edge.
    kernel = np.ones((PART, 1), np.uint8)
    parts = cv2.morphologyEx(found, cv2.MORPH_OPEN, kernel, borderType=cv2.BORDER_REPLICATE)
    if not parts.any():
        return None
    reach = -(-BLOCK // step)
    return np.asarray(cv2.dilate(parts, np.ones((2 * reach + 1, 1), np.uint8)), np.uint8)
