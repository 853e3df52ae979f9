# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands along the street: lamp posts, signs, traffic lights and trees."""

from __future__ import annotations

import numpy as np

from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.scene.painter import Color, Painter
from attendseg_ros.scene.style import Style

POLE_GREY: Color = (92, 96, 96)
SIGN_COLORS: tuple[Color, ...] = ((185, 40, 40), (40, 70, 160), (205, 190, 60), (40, 110, 70))


def paint_lamp(
    painter: Painter, x: float, z: float, side: int, random: np.random.Generator
) -> None:
    """Paints a lamp post whose arm reaches over the road."""
    height = random.uniform(5.0, 8.0)
    top = (x, height, z)
    pole = CamVidClass.POLE
    painter.bar((x, 0.0, z), top, 0.14, POLE_GREY, pole)
    arm = (x - side * 1.4, height + 0.2, z)
    painter.bar(top, arm, 0.09, POLE_GREY, pole)


def paint_sign(painter: Painter, x: float, z: float, random: np.random.Generator) -> None:
    """Paints a traffic sign: a disc, a triangle or a panel on a pole."""
    height = random.uniform(2.0, 2.8)
    painter.bar((x, 0.0, z), (x, height + 0.3, z), 0.08, POLE_GREY, CamVidClass.POLE)
    color = SIGN_COLORS[int(random.integers(len(SIGN_COLORS)))]
    kind = int(random.integers(3))
    if kind == 0:
        painter.disc((x, height, z), 0.38, color, CamVidClass.SIGN)
        painter.disc((x, height, z), 0.27, (225, 225, 220), CamVidClass.SIGN)
    elif kind == 1:
        _panel(painter, x, z, height - 0.35, 0.45, 0.75, color, taper=True)
    else:
        half = random.uniform(0.3, 0.8)
        _panel(painter, x, z, height - 0.4, half, random.uniform(0.6, 1.1), color)
        _panel(painter, x, z, height - 0.15, half * 0.7, 0.15, (230, 230, 230))


def paint_traffic_light(painter: Painter, x: float, z: float, random: np.random.Generator) -> None:
    """Paints a traffic light; CamVid's sign class holds these too."""
    painter.bar((x, 0.0, z), (x, 2.4, z), 0.12, (60, 62, 62), CamVidClass.POLE)
    _panel(painter, x, z, 2.3, 0.2, 0.95, (30, 32, 32))
    lit = int(random.integers(3))
    for lamp, color in enumerate(((40, 190, 90), (200, 150, 40), (200, 45, 40))):
        shade = color if lamp == lit else (58, 56, 54)
        painter.disc((x, 2.5 + 0.28 * lamp, z), 0.11, shade, CamVidClass.SIGN)


def _panel(
    painter: Painter,
    x: float,
    z: float,
    bottom: float,
    half_width: float,
    height: float,
    color: Color,
    taper: bool = False,
) -> None:
    top_half = 0.03 if taper else half_width
    face = np.array(
        [
            [x - half_width, bottom, z],
            [x + half_width, bottom, z],
            [x + top_half, bottom + height, z],
            [x - top_half, bottom + height, z],
        ]
    )
    painter.faces([face], color, CamVidClass.SIGN, z)


def paint_tree(
    painter: Painter, style: Style, x: float, z: float, random: np.random.Generator
) -> None:
    """Paints a tree: a trunk and a crown of overlapping tufts, darker below."""
    trunk = random.uniform(1.6, 3.2)
    radius = random.uniform(1.4, 3.0)
    bark = (72, 60, 50)
    painter.bar((x, 0.0, z), (x, trunk + 0.5, z), random.uniform(0.2, 0.45), bark, CamVidClass.TREE)
    middle = trunk + radius
    leaves = np.array(style.leaves) * random.uniform(0.75, 1.2)
    # Fewer tufts where the whole crown is a few pixels.
    tufts = 60 if z < 20 else 26 if z < 45 else 10
    offsets = random.normal(0.0, 0.45, (60, 2)) * radius
    sizes = random.uniform(0.18, 0.42, 60) * radius
    shades = random.uniform(0.72, 1.15, 60)
    for offset, size, shade in zip(offsets[:tufts], sizes[:tufts], shades[:tufts], strict=True):
        light = shade * (1.0 + 0.22 * offset[1] / radius)
        color = np.clip(leaves * light, 0, 255)
        grow = 1.0 if tufts == 60 else 1.5
        painter.disc(
            (x + offset[0], middle + 0.8 * offset[1], z),
            grow * size,
            (float(color[0]), float(color[1]), float(color[2])),
            CamVidClass.TREE,
        )
