# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands along the street: lamp posts, signs, traffic lights and trees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.scene.painter import Color, Painter

POLE_GREY: Color = (92, 96, 96)
SIGN_COLORS: tuple[Color, ...] = ((185, 40, 40), (40, 70, 160), (205, 190, 60), (40, 110, 70))
TUFTS = 60


@dataclass(frozen=True)
class Lamp:
    """A lamp post whose arm reaches over the road, on the left (-1) or right (1) side."""

    side: int
    height: float

    @classmethod
    def draw(cls, random: np.random.Generator, side: int) -> Lamp:
        """Draws a lamp post from a street's randomness."""
        return cls(side, random.uniform(5.0, 8.0))

    def paint(self, painter: Painter, x: float, z: float) -> None:
        """Paints the lamp post with its foot at x, z metres ahead."""
        top = (x, self.height, z)
        painter.bar((x, 0.0, z), top, 0.14, POLE_GREY, CamVidClass.POLE)
        arm = (x - self.side * 1.4, self.height + 0.2, z)
        painter.bar(top, arm, 0.09, POLE_GREY, CamVidClass.POLE)


@dataclass(frozen=True)
class Sign:
    """A traffic sign on a pole: a disc (kind 0), a triangle (1) or a panel (2)."""

    height: float
    color: Color
    kind: int
    half_width: float
    panel_height: float

    @classmethod
    def draw(cls, random: np.random.Generator) -> Sign:
        """Draws a sign from a street's randomness."""
        height = random.uniform(2.0, 2.8)
        color = SIGN_COLORS[int(random.integers(len(SIGN_COLORS)))]
        kind = int(random.integers(3))
        return cls(height, color, kind, random.uniform(0.3, 0.8), random.uniform(0.6, 1.1))

    def paint(self, painter: Painter, x: float, z: float) -> None:
        """Paints the sign with its foot at x, z metres ahead."""
        height = self.height
        painter.bar((x, 0.0, z), (x, height + 0.3, z), 0.08, POLE_GREY, CamVidClass.POLE)
        if self.kind == 0:
            painter.disc((x, height, z), 0.38, self.color, CamVidClass.SIGN)
            painter.disc((x, height, z), 0.27, (225, 225, 220), CamVidClass.SIGN)
        elif self.kind == 1:
            _panel(painter, x, z, height - 0.35, 0.45, 0.75, self.color, taper=True)
        else:
            half = self.half_width
            _panel(painter, x, z, height - 0.4, half, self.panel_height, self.color)
            _panel(painter, x, z, height - 0.15, half * 0.7, 0.15, (230, 230, 230))


@dataclass(frozen=True)
class TrafficLight:
    """A traffic light; CamVid's sign class holds these too."""

    lit: int

    @classmethod
    def draw(cls, random: np.random.Generator) -> TrafficLight:
        """Draws a traffic light from a street's randomness."""
        return cls(int(random.integers(3)))

    def paint(self, painter: Painter, x: float, z: float) -> None:
        """Paints the traffic light with its foot at x, z metres ahead."""
        painter.bar((x, 0.0, z), (x, 2.4, z), 0.12, (60, 62, 62), CamVidClass.POLE)
        _panel(painter, x, z, 2.3, 0.2, 0.95, (30, 32, 32))
        for lamp, color in enumerate(((40, 190, 90), (200, 150, 40), (200, 45, 40))):
            shade = color if lamp == self.lit else (58, 56, 54)
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
    face = (
        (x - half_width, bottom, z),
        (x + half_width, bottom, z),
        (x + top_half, bottom + height, z),
        (x - top_half, bottom + height, z),
    )
    painter.face(face, color, CamVidClass.SIGN, z)


@dataclass(frozen=True)
class Tree:
    """A tree: a trunk and a crown of overlapping tufts, darker below.

    Attributes:
        trunk: height of the trunk in metres.
        radius: of the crown, in metres.
        thickness: of the trunk, in metres.
        offsets: float64 (TUFTS, 2), metres from the crown's middle to the right and up.
        sizes: float64 (TUFTS,), radii of the tufts in metres.
        colors: float64 (TUFTS, 3), RGB.
    """

    trunk: float
    radius: float
    thickness: float
    offsets: NDArray[np.float64]
    sizes: NDArray[np.float64]
    colors: NDArray[np.float64]

    @classmethod
    def draw(cls, random: np.random.Generator, leaves: Color) -> Tree:
        """Draws a tree from a street's randomness and the colour of its leaves."""
        trunk = random.uniform(1.6, 3.2)
        radius = random.uniform(1.4, 3.0)
        thickness = random.uniform(0.2, 0.45)
        tone = np.array(leaves) * random.uniform(0.75, 1.2)
        offsets = random.normal(0.0, 0.45, (TUFTS, 2)) * radius
        sizes = random.uniform(0.18, 0.42, TUFTS) * radius
        light = random.uniform(0.72, 1.15, TUFTS) * (1.0 + 0.22 * offsets[:, 1] / radius)
        colors = np.clip(tone * light[:, None], 0, 255)
        return cls(trunk, radius, thickness, offsets * (1.0, 0.8), sizes, colors)

    def paint(self, painter: Painter, x: float, z: float) -> None:
        """Paints the tree with its foot at x, z metres ahead."""
        top, bark = (x, self.trunk + 0.5, z), (72, 60, 50)
        painter.bar((x, 0.0, z), top, self.thickness, bark, CamVidClass.TREE)
        # Fewer and larger tufts where the whole crown is a few pixels.
        tufts = TUFTS if z < 20 else 26 if z < 45 else 10
        grow = 1.0 if tufts == TUFTS else 1.5
        painter.discs(
            (x, self.trunk + self.radius, z),
            self.offsets[:tufts],
            grow * self.sizes[:tufts],
            self.colors[:tufts],
            CamVidClass.TREE,
        )
