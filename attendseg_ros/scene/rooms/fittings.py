# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is on walls: windows, glass, pictures, radiators, skirting boards, and doors among them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from attendseg_ros.labels.indoor import IndoorClass
from attendseg_ros.scene.rooms.doors import fit_door, fit_lift
from attendseg_ros.scene.rooms.mesh import Mesh, Surface
from attendseg_ros.scene.rooms.palette import any_color, shaded
from attendseg_ros.scene.rooms.panels import Fitted, Spot, panel
from attendseg_ros.scene.rooms.plan import Wall
from attendseg_ros.scene.rooms.style import RoomStyle
from attendseg_ros.scene.rooms.surfaces import Light, SunPatch

DOOR, WALL, OBSTACLE = IndoorClass.DOOR, IndoorClass.WALL, IndoorClass.OBSTACLE
GAP_M = 0.25


def build_wall(mesh: Mesh, wall: Wall, style: RoomStyle, low: float = 0.0) -> None:
    """Adds a wall with its skirting board."""
    surface = Surface.PLAIN if style.pattern in ("none", "dado") else Surface.PATTERNED
    whole = (0.0, wall.length)
    panel(mesh, wall.place, whole, (low, style.ceiling_m), 0, style.wall, WALL, surface)
    if style.pattern == "dado":
        panel(mesh, wall.place, whole, (0.0, 1.1), 1, style.dado, WALL)
    if style.skirting_m:
        panel(mesh, wall.place, whole, (0.0, style.skirting_m), 2, style.skirting, WALL)


def fit_wall(mesh: Mesh, wall: Wall, style: RoomStyle, random: np.random.Generator) -> Fitted:
    """Hangs doors, windows and pictures along a wall, side by side."""
    fitted = Fitted()
    at = random.uniform(0.1, 1.2)
    while at < wall.length - 0.6:
        fit, least, most = _FITTINGS[int(random.choice(len(_FITTINGS), p=_SHARES))]
        width = random.uniform(least, most)
        if at + width > wall.length - 0.1:
            break
        fit(Spot(mesh, wall.place, (at, at + width), style, random, fitted))
        at += width + GAP_M + random.exponential(1.0)
    return fitted


def _fit_window(spot: Spot) -> None:
    """A window with a frame and bars; daylight comes in, or night is behind it."""
    random = spot.random
    x0, x1 = spot.x
    low = random.choice([0.0, 0.4, 0.9, 0.9, 1.1])
    high = min(spot.style.ceiling_m - 0.2, low + random.uniform(1.0, 1.9))
    day = spot.style.daylight
    spot.panel((x0, x1), (low, high), 3, spot.style.frame, WALL)
    columns = np.linspace(x0 + 0.05, x1 - 0.05, int(random.integers(2, 5)))
    horizon = low + (high - low) * random.uniform(0.1, 0.6)
    for left, right in zip(columns[:-1] + 0.02, columns[1:] - 0.02, strict=True):
        sky = (day, day, min(day * 1.05, 255.0))
        spot.panel((left, right), (low + 0.05, high - 0.05), 4, sky, WALL, Surface.SHINING)
        if random.uniform() < 0.8:
            ground = shaded(any_color(random, 40, 140), day / 200)
            spot.panel((left, right), (low + 0.05, horizon), 5, ground, WALL, Surface.SHINING)
    if low > 0.3:
        spot.box((x0 - 0.05, x1 + 0.05), (low - 0.04, low), (0.0, 0.12), (225, 224, 220), WALL)
    middle = spot.place.world(np.array([[(x0 + x1) / 2, 0.0, 0.7]]))[0]
    strength = 0.35 * day / 255 * min(x1 - x0, 2.0)
    spot.fitted.lights.append(Light(float(middle[0]), float(middle[2]), strength, 1.8))
    if spot.style.sunny:
        reach, shift = random.uniform(0.3, 0.9), random.uniform(-1.2, 1.2)
        for left, right in zip(columns[:-1] + 0.02, columns[1:] - 0.02, strict=True):
            near, far = low * reach, high * reach
            corners = np.array(
                [
                    [left + shift * low, 0, near],
                    [right + shift * low, 0, near],
                    [right + shift * high, 0, far],
                    [left + shift * high, 0, far],
                ]
            )
            patch = spot.place.world(corners)[:, [0, 2]]
            spot.fitted.sun.append(SunPatch(patch, random.uniform(0.4, 1.1)))


def _fit_glass(spot: Spot) -> None:
    """A wall of glass panes in bars, down to the floor or above a parapet; rooms lie behind."""
    random = spot.random
    x0, x1 = spot.x
    low = random.choice([0.0, 0.05, 0.9])
    high = min(spot.style.ceiling_m - 0.05, random.uniform(2.1, 2.8))
    spot.panel((x0, x1), (low, high), 3, spot.style.frame, WALL)
    columns = np.linspace(
        x0 + 0.03, x1 - 0.03, max(int((x1 - x0) / random.uniform(0.6, 1.2)), 1) + 1
    )
    base = any_color(random, 8, 120) if random.uniform() < 0.65 else any_color(random, 120, 210)
    rows = [low + 0.04, high - 0.04]
    if random.uniform() < 0.5:
        rows.insert(1, low + (high - low) * random.uniform(0.35, 0.7))
    for left, right in zip(columns[:-1] + 0.02, columns[1:] - 0.02, strict=True):
        for bottom, top in pairwise(rows):
            tone = shaded(base, random.uniform(0.75, 1.25))
            spot.panel((left, right), (bottom, top - 0.03), 4, tone, WALL, Surface.SHINING)
            if random.uniform() < 0.4:
                thing = left + random.uniform(0.1, 0.6) * (right - left)
                spot.panel(
                    (thing, min(thing + 0.3, right)),
                    (bottom, bottom + random.uniform(0.2, 0.8) * (top - bottom)),
                    5,
                    shaded(tone, random.uniform(0.4, 1.6)),
                    WALL,
                    Surface.SHINING,
                )


def _fit_picture(spot: Spot) -> None:
    """A picture, a poster, or a notice board with its notices."""
    random = spot.random
    x0, x1 = spot.x
    low = random.uniform(0.9, 1.5)
    high = min(low + random.uniform(0.4, 1.0), spot.style.ceiling_m - 0.1)
    spot.panel((x0, x1), (low, high), 3, any_color(random, 20, 200), WALL)
    spot.panel(
        (x0 + 0.04, x1 - 0.04),
        (low + 0.04, high - 0.04),
        4,
        any_color(random, 60, 235),
        WALL,
    )
    for _ in range(int(random.integers(1, 7))):
        left = random.uniform(x0 + 0.05, max(x1 - 0.3, x0 + 0.06))
        bottom = random.uniform(low + 0.05, max(high - 0.3, low + 0.06))
        spot.panel(
            (left, min(left + 0.22, x1 - 0.05)),
            (bottom, min(bottom + 0.3, high - 0.05)),
            5,
            any_color(random, 60, 250),
            WALL,
        )


def _fit_radiator(spot: Spot) -> None:
    """A radiator with ribs."""
    random = spot.random
    color = any_color(random, 170, 235)
    spot.box(spot.x, (0.12, 0.62), (0.03, 0.12), color, OBSTACLE)
    for at in np.arange(spot.x[0] + 0.04, spot.x[1] - 0.04, 0.09):
        rib = (at, at + 0.03), (0.15, 0.59)
        spot.mesh.upright(spot.place, *rib, 0.125, shaded(color, 0.75), OBSTACLE)
    spot.keep_free(0.3)


def _fit_pilaster(spot: Spot) -> None:
    """A pillar that stands out of the wall."""
    random = spot.random
    color = spot.style.wall if random.uniform() < 0.6 else any_color(random, 70, 200)
    deep = random.uniform(0.1, 0.35)
    spot.box(spot.x, (0.0, spot.style.ceiling_m), (0.0, deep), color, WALL)
    if spot.style.skirting_m:
        edges = (spot.x[0] - 0.01, spot.x[1] + 0.01)
        spot.box(edges, (0.0, spot.style.skirting_m), (0.0, deep + 0.01), spot.style.skirting, WALL)
    spot.keep_free(deep + 0.2)


_Fit = Callable[[Spot], None]
_FITTINGS: tuple[tuple[_Fit, float, float], ...] = (
    (fit_door, 0.85, 1.9),
    (fit_lift, 1.2, 1.8),
    (_fit_window, 0.8, 2.6),
    (_fit_glass, 1.2, 4.5),
    (_fit_picture, 0.4, 1.8),
    (_fit_radiator, 0.6, 1.4),
    (_fit_pilaster, 0.25, 0.7),
)
_SHARES = (0.32, 0.07, 0.14, 0.12, 0.17, 0.06, 0.12)
