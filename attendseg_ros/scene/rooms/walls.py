# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Patterns of walls: bricks, tiles, panels, and the stains that all surfaces have."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.scene.rooms.style import RoomStyle
from attendseg_ros.scene.rooms.surfaces import UNIT

PATTERN_M = 4.8
"""The patterns repeat after this length, of which bricks and tiles are whole parts."""

WALL_PIXELS = 480
"""Pixels of a period."""


def wall_atlas(style: RoomStyle, seed: int) -> NDArray[np.uint8]:
    """Stains alone, and below them stains and the building's pattern.

    Returns:
        uint8 (2 * N, N) with N = WALLWALL_PIXELS + 2, a pixel of which surrounds each period: UNIT
        leaves a colour as it is.
    """
    random = np.random.default_rng((seed, 24))
    stains = np.full((WALL_PIXELS, WALL_PIXELS), UNIT, np.float32)
    for size, strength in ((12, 5.0), (4, 2.5)):
        coarse = random.normal(0.0, strength, (size, size)).astype(np.float32)
        # Wrapped around, the stains have no seam.
        wrapped = np.pad(coarse, 2, mode="wrap")
        whole = cv2.resize(
            wrapped, (WALL_PIXELS * (size + 4) // size,) * 2, interpolation=cv2.INTER_CUBIC
        )
        edge = WALL_PIXELS * 2 // size
        stains += whole[edge : edge + WALL_PIXELS, edge : edge + WALL_PIXELS]
    stains += random.normal(0.0, 2.0, stains.shape).astype(np.float32)
    pattern = _pattern(style.pattern, random)
    # A pixel more than a period on each side: looked up between pixels, no seam shows.
    both = [np.pad(part, 1, mode="wrap") for part in (stains, stains * pattern)]
    return np.asarray(np.clip(np.concatenate(both), 0, 255), np.uint8)


def _pattern(kind: str, random: np.random.Generator) -> NDArray[np.float32]:
    factors = np.ones((WALL_PIXELS, WALL_PIXELS), np.float32)
    grout = np.float32(random.uniform(0.55, 1.25))
    if kind == "bricks":
        high, wide = 8, 24
        rows, columns = np.arange(WALL_PIXELS) // high, np.arange(WALL_PIXELS)
        shifted = (columns[None] + (rows % 2)[:, None] * wide // 2) % WALL_PIXELS
        shades = random.normal(1.0, 0.1, (WALL_PIXELS // high, WALL_PIXELS // wide)).astype(
            np.float32
        )
        factors = shades[rows[:, None], shifted // wide]
        factors[shifted % wide == 0] = grout
        factors[::high] = grout
    elif kind == "tiles":
        step = int(random.choice([16, 20, 32, 60]))
        factors[::step] = grout
        factors[:, ::step] = grout
    elif kind == "panels":
        step = int(random.choice([60, 96, 120, 240]))
        factors[:, ::step] = 0.6
        factors[:, 1::step] = 0.75
        factors[::240] = 0.7
    return factors
