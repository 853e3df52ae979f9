# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Colours for classes that come without any."""

from __future__ import annotations

Color = tuple[int, int, int]


def distinct_color(position: int) -> Color:
    """The RGB colour of a class by its position, 0 to 254: no two alike, none of them black.

    The rule of Pascal VOC's VOClabelcolormap, where position 0 is its first object: neighbours
    differ in the highest bits.
    """
    red = green = blue = 0
    bits = position + 1
    for place in range(7, -1, -1):
        red |= (bits & 1) << place
        green |= (bits >> 1 & 1) << place
        blue |= (bits >> 2 & 1) << place
        bits >>= 3
    return red, green, blue
