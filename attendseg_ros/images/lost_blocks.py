# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a decoder of video wrote nothing: macroblocks of the colours of an empty YUV buffer."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.images.unwritten import BLOCK, COLOURS, NEAR, PART, row_step

Pixels = NDArray[np.uint8]

_GAUDY = COLOURS[np.ptp(COLOURS, axis=1) > NEAR]
"""Green and magenta. Grey and white blocks that are flat to the last bit are roads and skies, too:
of 243 pictures of streets and from drones, JPEGs of quality 10 had grey ones in 151."""

_LEAST, _MOST = int(_GAUDY[:, 1].min()) - NEAR, int(_GAUDY[:, 1].max()) + NEAR
"""Of green, in all of them, while red is at one end."""


def lost_blocks(rgb: Pixels) -> Pixels | None:
    """Finds the blocks that a decoder left out, wherever they lie.

    A lens makes no such picture: the colours are at an end of red and blue, and the same to the
    last bit over 2 % of the image's shorter side in both directions. None of those 243 pictures had
    one, JPEGs of quality 10 and 30 included. 0.1 ms where there are none.

    Args:
        rgb: uint8 (H, W, 3), of any strides.

    Returns:
        uint8 (N, M), above 0 where the picture, brought to that size, shows nothing; None where it
        shows something everywhere.
    """
    step = row_step(rgb)
    small = rgb[::step, ::step]
    red, green = small[..., 0], small[..., 1]
    # 255 is one less than 0.
    at_an_end = red + np.uint8(NEAR + 1) <= 2 * NEAR + 1
    if np.count_nonzero(at_an_end & (green >= _LEAST) & (green <= _MOST)) < PART**2:
        return None
    small = np.ascontiguousarray(small)
    found = np.zeros(small.shape[:2], np.uint8)
    for colour in _GAUDY.astype(int):
        low, high = (np.clip(colour + way, 0, 255).tolist() for way in (-NEAR, NEAR))
        found |= np.asarray(cv2.inRange(small, tuple(low), tuple(high)), np.uint8)
    found[1:] &= _alike(small[1:], small[:-1])
    found[:, 1:] &= _alike(small[:, 1:], small[:, :-1])
    # Beyond the picture's edge it goes on as at the edge.
    kernel = np.ones((PART, PART), np.uint8)
    blocks = cv2.morphologyEx(found, cv2.MORPH_OPEN, kernel, borderType=cv2.BORDER_REPLICATE)
    if not blocks.any():
        return None
    reach = 2 * -(-BLOCK // step) + 1
    return np.asarray(cv2.dilate(blocks, np.ones((reach, reach), np.uint8)), np.uint8)


def _alike(one: Pixels, other: Pixels) -> Pixels:
    """Where two pictures are the same, uint8 (H, W), 255 there."""
    return np.asarray(cv2.inRange(cv2.absdiff(one, other), (0, 0, 0), (0, 0, 0)), np.uint8)
