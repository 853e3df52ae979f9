# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Colours of what is indoors."""

from __future__ import annotations

import numpy as np

from attendseg_ros.scene.rooms.mesh import Color

METAL: Color = (150, 153, 156)
_WOODS: tuple[Color, ...] = (
    (126, 84, 54),
    (168, 128, 88),
    (92, 60, 42),
    (216, 212, 204),
    (190, 160, 124),
    (60, 56, 54),
    (150, 150, 152),
)


def wood(random: np.random.Generator) -> Color:
    """A colour that furniture has."""
    return shaded(_WOODS[int(random.integers(len(_WOODS)))], random.uniform(0.75, 1.1))


def any_color(random: np.random.Generator, low: float, high: float) -> Color:
    """Any colour between two levels; half of them are nearly grey."""
    red, green, blue = random.uniform(low, high, 3).tolist()
    if random.uniform() < 0.5:
        grey = (red + green + blue) / 3
        red, green, blue = (0.8 * grey + 0.2 * part for part in (red, green, blue))
    return (red, green, blue)


def shaded(color: Color, factor: float) -> Color:
    """A brighter or darker colour."""
    red, green, blue = color
    return (min(red * factor, 255.0), min(green * factor, 255.0), min(blue * factor, 255.0))
