# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Cars, pedestrians and bicyclists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.scene.painter import Color, Painter, Point

CAR_COLORS: tuple[Color, ...] = (
    (150, 152, 155),
    (40, 42, 46),
    (130, 28, 30),
    (34, 52, 96),
    (205, 205, 202),
    (90, 94, 98),
    (52, 84, 66),
    (170, 160, 130),
)
CLOTHES: tuple[Color, ...] = (
    (38, 40, 48),
    (92, 40, 40),
    (50, 62, 98),
    (120, 116, 110),
    (62, 74, 58),
    (168, 160, 150),
)
SKIN: Color = (188, 146, 122)
GLASS: Color = (42, 50, 58)
RUBBER: Color = (24, 24, 26)

WHEEL = tuple(
    (float(np.cos(angle)), float(np.sin(angle)))
    for angle in np.linspace(0.0, 2 * np.pi, 12, endpoint=False)
)

Face = tuple[Point, ...]


def _shade(color: Color, factor: float) -> Color:
    return (min(color[0] * factor, 255), min(color[1] * factor, 255), min(color[2] * factor, 255))


def _across(x: float, half: float, y0: float, y1: float, z: float, taper: float = 0.0) -> Face:
    """An upright face towards the camera, narrower at the top by ``taper`` on each side."""
    return (
        (x - half, y0, z),
        (x + half, y0, z),
        (x + half - taper, y1, z),
        (x - half + taper, y1, z),
    )


def _along(x: float, y0: float, y1: float, z0: float, z1: float, slope: float = 0.0) -> Face:
    """An upright face along the street, shorter at the top by ``slope`` at both ends."""
    return ((x, y0, z0), (x, y0, z1), (x, y1, z1 - slope), (x, y1, z0 + slope))


def _wheel(x: float, radius: float, z: float, height: float = 0.32) -> Face:
    return tuple((x, height + radius * sine, z + radius * cosine) for cosine, sine in WHEEL)


@dataclass(frozen=True)
class Car:
    """A car: its paint and its measures in metres."""

    color: Color
    length: float
    half: float
    belt: float
    roof: float

    @classmethod
    def draw(cls, random: np.random.Generator) -> Car:
        """Draws a car from a street's randomness."""
        color = CAR_COLORS[int(random.integers(len(CAR_COLORS)))]
        length, half = random.uniform(3.8, 4.8), random.uniform(0.82, 0.95)
        belt = random.uniform(0.85, 1.0)
        return cls(color, length, half, belt, belt + random.uniform(0.5, 0.95))

    def paint(self, painter: Painter, x: float, z: float, oncoming: bool) -> None:
        """Paints the car, its nearer end z metres ahead; lights tell its front from its rear."""
        color, length, half, belt, roof = self.color, self.length, self.half, self.belt, self.roof
        cabin_near, cabin_far = z + 0.5, z + length - 1.1
        inner = x + half if x < 0 else x - half
        car = CamVidClass.CAR
        shadow = (
            (x - half, 0.0, z),
            (x + half, 0.0, z),
            (x + half, 0.0, z + length),
            (x - half, 0.0, z + length),
        )
        # The dark under a car counts as the car, as annotators draw it.
        painter.face(shadow, (26, 26, 28), car, z)
        painter.face(_along(inner, 0.22, belt, z, z + length), _shade(color, 0.78), car, z)
        for wheel in (z + 0.75, z + length - 0.75):
            painter.face(_wheel(inner, 0.32, wheel), RUBBER, car, z)
            painter.face(_wheel(inner, 0.18, wheel, 0.32), (120, 122, 124), car, z)
        cabin = _along(inner, belt, roof, cabin_near, cabin_far, 0.35)
        painter.face(cabin, _shade(color, 0.7), car, z)
        window = _along(inner, belt + 0.08, roof - 0.1, cabin_near + 0.25, cabin_far - 0.25, 0.3)
        painter.face(window, GLASS, car, z)
        self._paint_end(painter, x, z, oncoming)

    def _paint_end(self, painter: Painter, x: float, z: float, oncoming: bool) -> None:
        color, half, belt, roof = self.color, self.half, self.belt, self.roof
        car = CamVidClass.CAR
        window_at = z + (0.9 if oncoming else 0.35)
        cabin = _across(x, half - 0.06, belt, roof, window_at, 0.15)
        painter.face(cabin, _shade(color, 1.05), car, z)
        window = _across(x, half - 0.14, belt + 0.06, roof - 0.1, window_at, 0.13)
        painter.face(window, GLASS, car, z)
        if oncoming:
            bonnet = (
                (x - half, belt - 0.1, z),
                (x + half, belt - 0.1, z),
                (x + half, belt, window_at),
                (x - half, belt, window_at),
            )
            painter.face(bonnet, _shade(color, 1.15), car, z)
        painter.face(_across(x, half, 0.22, belt - (0.1 if oncoming else 0.0), z), color, car, z)
        painter.face(_across(x, half, 0.22, 0.42, z), _shade(color, 0.6), car, z)
        lamp = (228, 226, 208) if oncoming else (160, 24, 24)
        for side in (-1, 1):
            face = _across(x + side * (half - 0.17), 0.14, belt - 0.34, belt - 0.16, z)
            painter.face(face, lamp, car, z)
        painter.face(_across(x, 0.26, 0.46, 0.58, z), (214, 208, 150), car, z)
        for side in (-1, 1):
            painter.face(_across(x + side * (half - 0.16), 0.1, 0.0, 0.25, z), RUBBER, car, z)


@dataclass(frozen=True)
class Pedestrian:
    """Somebody who walks: size as a share of 1.75 m, and clothes."""

    size: float
    coat: Color
    trousers: Color

    @classmethod
    def draw(cls, random: np.random.Generator) -> Pedestrian:
        """Draws a pedestrian from a street's randomness."""
        size = random.uniform(0.85, 1.08)
        coat = CLOTHES[int(random.integers(len(CLOTHES)))]
        return cls(size, coat, CLOTHES[int(random.integers(len(CLOTHES)))])

    def paint(self, painter: Painter, x: float, z: float, stride: float) -> None:
        """Paints the pedestrian; ``stride`` is the phase of the legs in radians."""
        size, coat = self.size, self.coat
        swing = 0.22 * float(np.sin(stride))
        who = CamVidClass.PEDESTRIAN
        hip, shoulder = 0.86 * size, 1.42 * size
        for side in (-1, 1):
            foot = (x + side * (0.05 + swing), 0.02, z)
            painter.bar((x + side * 0.07, hip, z), foot, 0.17 * size, self.trousers, who)
        for side in (-1, 1):
            hand = (x + side * 0.25 - 0.6 * side * swing, 0.8 * size, z)
            painter.bar((x + side * 0.2, shoulder, z), hand, 0.11 * size, _shade(coat, 0.85), who)
        painter.face(_across(x, 0.2 * size, hip - 0.1, shoulder + 0.06, z, -0.04), coat, who, z)
        painter.disc((x, 1.61 * size, z), 0.125 * size, SKIN, who)
        painter.face(_across(x, 0.11, 1.62 * size, 1.74 * size, z, 0.03), (58, 44, 36), who, z)


@dataclass(frozen=True)
class Bicyclist:
    """Somebody who rides: a coat, and how much of the bicycle's side shows, in metres."""

    coat: Color
    lean: float

    @classmethod
    def draw(cls, random: np.random.Generator) -> Bicyclist:
        """Draws a bicyclist from a street's randomness."""
        coat = CLOTHES[int(random.integers(len(CLOTHES)))]
        return cls(coat, random.uniform(0.03, 0.2))

    def paint(self, painter: Painter, x: float, z: float, stride: float) -> None:
        """Paints the rider from behind, a little from the side; ``stride`` turns the pedals."""
        coat, lean = self.coat, self.lean
        who = CamVidClass.BICYCLIST
        for wheel in (-lean, lean):
            ring = _across(x + wheel, 0.05 + 0.3 * lean, 0.0, 0.68, z)
            painter.face(ring, RUBBER, who, z)
            spokes = 0.34 * min(1.0, 0.15 + 3.0 * lean)
            painter.disc((x + wheel, 0.34, z), spokes, (52, 52, 54), who)
        frame = (130, 50, 44)
        painter.bar((x - lean, 0.34, z), (x + lean, 0.75, z), 0.07, frame, who)
        painter.bar((x, 0.4, z), (x, 1.0, z), 0.07, frame, who)
        for side in (-1, 1):
            pedal = 0.28 + 0.16 * side * float(np.sin(stride))
            foot = (x + 0.13 * side, pedal, z)
            painter.bar((x + 0.1 * side, 0.95, z), foot, 0.15, (44, 46, 54), who)
        painter.face(_across(x, 0.19, 0.88, 1.5, z, -0.04), coat, who, z)
        painter.bar((x - 0.34, 1.05, z), (x + 0.34, 1.05, z), 0.08, (40, 40, 42), who)
        painter.disc((x, 1.66, z), 0.13, SKIN, who)
        painter.disc((x, 1.71, z), 0.13, _shade(coat, 1.3), who)
