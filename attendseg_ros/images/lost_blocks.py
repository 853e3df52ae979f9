# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a decoder of video wrote nothing: macroblocks of the colours of an empty YUV buffer."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.images.unwritten import BLOCK, COLOURS, NEAR, PART, row_step

Pixels = NDArray[np.uint8]

_GAUDY = COLOURS[np.ptp(COLOURS, axis=1) > NEAR]
"""Green and magenta."""

_LEAST, _MOST = int(_GAUDY[:, 1].min()) - NEAR, int(_GAUDY[:, 1].max()) + NEAR
"""Of green, in all of them, while red is at one end."""

_GREYS = (128, 130)
"""What 128 in all of YUV's planes is as RGB: of the whole range and of the limited one."""

_DARK, _BRIGHT = 8, 250

_MORE = 1.25
"""How many times as much as of all other flat places there must be of grey. A road in a coarse JPEG
is flat grey, too, and much else is flat: of 243 pictures of streets and from drones, at qualities
from 5 to 80, grey was at most 0.71 of the rest. With a lost block of a twentieth of the
image in them it was 54 in the median without JPEG, 2.5 at quality 80, and 0.4 at 50, where it is
not found."""


def lost_blocks(rgb: Pixels) -> Pixels | None:
    """Finds the blocks that a decoder left out, wherever they lie.

    A lens makes no such picture: the colour is that of a buffer of one value, and the same to the
    last bit over 2 % of the image's shorter side in both directions. White ones are skies.

    Args:
        rgb: uint8 (H, W, 3), of any strides.

    Returns:
        uint8 (N, M), above 0 where the picture, brought to that size, shows nothing; None where it
        shows something everywhere.
    """
    step = row_step(rgb)
    small = rgb[::step, ::step]
    if not _may_hold_one(small):
        return None
    small = np.ascontiguousarray(small)
    blocks = _gaudy(small) | _grey(small)
    if not blocks.any():
        return None
    reach = 2 * -(-BLOCK // step) + 1
    return np.asarray(cv2.dilate(blocks, np.ones((reach, reach), np.uint8)), np.uint8)


def _may_hold_one(small: Pixels) -> bool:
    """Whether there may be a block, by a grid of which each block holds a pixel.

    Few pictures have its colours there, and fewer the same beside and above or below. A block at
    the edge of the picture holds a pixel of its last row or column.
    """
    lasts = [end - 1 for end in small.shape[:2]]
    rows, columns = (np.append(np.arange(0, last, PART), last) for last in lasts)
    grid = small[np.ix_(rows, columns)]
    red, green = grid[..., 0], grid[..., 1]
    grey = (green == red) & (grid[..., 2] == red) & ((red == _GREYS[0]) | (red == _GREYS[1]))
    hits = np.argwhere(_may_be_gaudy(grid) | grey)
    if not len(hits):
        return False
    row, column = rows[hits[:, 0]], columns[hits[:, 1]]
    here = small[row, column]

    def as_here(down: int, right: int) -> NDArray[np.bool_]:
        rows_there = np.clip(row + down, 0, lasts[0])
        columns_there = np.clip(column + right, 0, lasts[1])
        return np.asarray((small[rows_there, columns_there] == here).all(axis=1))

    beside = as_here(0, 1) | as_here(0, -1)
    return bool((beside & (as_here(1, 0) | as_here(-1, 0))).any())


def _may_be_gaudy(pixels: Pixels) -> NDArray[np.bool_]:
    """Where red and green are as green and magenta have them; quicker than each of the colours."""
    red, green = pixels[..., 0], pixels[..., 1]
    # 255 is one less than 0.
    at_an_end = red + np.uint8(NEAR + 1) <= 2 * NEAR + 1
    return np.asarray(at_an_end & (green >= _LEAST) & (green <= _MOST))


def _gaudy(small: Pixels) -> Pixels:
    """Green and magenta blocks."""
    found = np.zeros(small.shape[:2], np.uint8)
    if np.count_nonzero(_may_be_gaudy(small)) < PART**2:
        return found
    for colour in _GAUDY.astype(int):
        low, high = (np.clip(colour + way, 0, 255).tolist() for way in (-NEAR, NEAR))
        found |= _within(small, tuple(low), tuple(high))
    return _opened(found & _flat(small), PART)


def _grey(small: Pixels) -> Pixels:
    """Grey blocks, where little else is flat."""
    greys = [_within(small, (value,) * 3, (value,) * 3) for value in _GREYS]
    blocks = np.bitwise_or(*(_opened(grey, PART) for grey in greys))
    count = np.count_nonzero(blocks)
    if not count:
        return blocks
    # Black and white are flat where a sensor sees too little or too much.
    ends = _within(small, (0,) * 3, (_DARK,) * 3) | _within(small, (_BRIGHT,) * 3, (255,) * 3)
    other = _opened(_flat(small) & ~(greys[0] | greys[1] | ends), 3)
    return blocks if count > _MORE * (1 + np.count_nonzero(other)) else np.zeros_like(blocks)


def _opened(places: Pixels, side: int) -> Pixels:
    """Those of a mask that lie together in squares of a side."""
    # Beyond the picture's edge it goes on as at the edge.
    kernel = np.ones((side, side), np.uint8)
    opened = cv2.morphologyEx(places, cv2.MORPH_OPEN, kernel, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(opened, np.uint8)


def _flat(small: Pixels) -> Pixels:
    """Where a picture is the same as above and to the left, to the last bit; a mask."""
    flat = np.full(small.shape[:2], 255, np.uint8)
    for one, other, part in (
        (small[1:], small[:-1], flat[1:]),
        (small[:, 1:], small[:, :-1], flat[:, 1:]),
    ):
        part &= _within(cv2.absdiff(one, other), (0, 0, 0), (0, 0, 0))
    return flat


def _within(pixels: Any, low: tuple[int, ...], high: tuple[int, ...]) -> Pixels:
    return np.asarray(cv2.inRange(pixels, low, high), np.uint8)
