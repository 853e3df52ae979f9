# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is on walls: doors, lifts, windows, glass, pictures, skirting boards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from attendseg_ros.labels.indoor import IndoorClass
from attendseg_ros.scene.rooms.mesh import Color, Mesh, Place, Surface
from attendseg_ros.scene.rooms.palette import METAL, any_color, shaded
from attendseg_ros.scene.rooms.plan import WALL_M, Doorway, Wall
from attendseg_ros.scene.rooms.style import RoomStyle
from attendseg_ros.scene.rooms.surfaces import Light, SunPatch

DOOR, WALL, OBSTACLE = IndoorClass.DOOR, IndoorClass.WALL, IndoorClass.OBSTACLE
DOOR_HEIGHT_M = 2.05
GAP_M = 0.25
LAYER_M = 0.006


@dataclass
class Fitted:
    """What fittings bring besides their faces.

    Attributes:
        lights: windows that light the room.
        sun: where the sun reaches the floor.
        kept_free: for each door, its middle and its reach in metres: furniture stands elsewhere.
    """

    lights: list[Light] = field(default_factory=list)
    sun: list[SunPatch] = field(default_factory=list)
    kept_free: list[tuple[float, float, float]] = field(default_factory=list)


def panel(
    mesh: Mesh,
    place: Place,
    x: tuple[float, float],
    y: tuple[float, float],
    layer: int,
    color: Color,
    class_id: IndoorClass,
    surface: Surface = Surface.PLAIN,
) -> None:
    """Adds a flat panel before a wall; higher layers lie before lower ones."""
    z = LAYER_M * layer
    corners = np.array([[x[0], y[0], z], [x[1], y[0], z], [x[1], y[1], z], [x[0], y[1], z]])
    mesh.quad(place.world(corners), color, class_id, surface)


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
        fit(mesh, wall.place, (at, at + width), style, random, fitted)
        at += width + GAP_M + random.exponential(1.0)
    return fitted


def build_doorway(
    mesh: Mesh, doorway: Doorway, style: RoomStyle, random: np.random.Generator
) -> None:
    """Adds what is around an opening: the wall above it, its frame and the open door."""
    place, half = doorway.place, doorway.wide / 2
    top = DOOR_HEIGHT_M
    mesh.box(place, (-half, half), (top, style.ceiling_m), (0.0, WALL_M), style.wall, WALL)
    for x0, x1 in ((-half - 0.06, -half + 0.02), (half - 0.02, half + 0.06)):
        mesh.box(place, (x0, x1), (0.0, top), (-0.02, WALL_M + 0.02), style.frame, DOOR)
    mesh.box(
        place,
        (-half - 0.06, half + 0.06),
        (top - 0.02, top + 0.06),
        (-0.02, WALL_M + 0.02),
        style.frame,
        DOOR,
    )
    if random.uniform() < 0.8:
        hinge = place.world(np.array([[half - 0.02, 0.0, WALL_M]]))[0]
        leaf = Place(float(hinge[0]), float(hinge[2]), place.turn + random.uniform(0.9, 1.9))
        mesh.box(leaf, (-2 * half + 0.05, 0.0), (0.01, top - 0.03), (-0.04, 0.0), style.door, DOOR)


def _fit_door(
    mesh: Mesh,
    place: Place,
    x: tuple[float, float],
    style: RoomStyle,
    random: np.random.Generator,
    fitted: Fitted,
) -> None:
    """A closed door with one or two leaves, a frame, a handle and often a pane."""
    x0, x1 = x
    top = DOOR_HEIGHT_M * random.uniform(0.97, 1.1)
    frame = 0.07
    panel(mesh, place, (x0, x1), (0.0, top), 3, style.frame, DOOR)
    edges = np.linspace(x0 + frame, x1 - frame, 3 if x1 - x0 > 1.25 else 2)
    color = style.door
    pane = random.choice(["none", "none", "slit", "half", "full"])
    behind: Color = any_color(random, 10, 120) if random.uniform() < 0.7 else (205, 210, 212)
    boards = random.uniform() < 0.3
    for left, right in zip(edges[:-1] + 0.006, edges[1:] - 0.006, strict=True):
        panel(mesh, place, (left, right), (0.01, top - frame), 4, color, DOOR)
        wide = right - left
        if boards:
            for low, high in ((0.15, 0.85), (1.05, top - 0.25)):
                panel(
                    mesh,
                    place,
                    (left + 0.13 * wide, right - 0.13 * wide),
                    (low, high),
                    5,
                    shaded(color, 0.86),
                    DOOR,
                )
        if pane == "slit":
            glass = (right - 0.3 * wide, right - 0.15 * wide), (1.0, top - 0.3)
            panel(mesh, place, *glass, 6, behind, DOOR)
        elif pane != "none":
            glass = (left + 0.1, right - 0.1), (1.0 if pane == "half" else 0.2, top - 0.2)
            panel(mesh, place, *glass, 6, behind, DOOR)
        handle = left + 0.05 if left > edges[0] + 0.1 else right - 0.11
        panel(mesh, place, (handle, handle + 0.06), (0.95, 1.12), 7, METAL, DOOR)
    if random.uniform() < 0.35:
        middle = (x0 + x1) / 2
        panel(mesh, place, (middle - 0.1, middle + 0.1), (1.45, 1.6), 7, (225, 225, 220), DOOR)
    _keep_free(place, x, 0.9, fitted)


def _fit_lift(
    mesh: Mesh,
    place: Place,
    x: tuple[float, float],
    style: RoomStyle,
    random: np.random.Generator,
    fitted: Fitted,
) -> None:
    """A lift: two leaves of metal, a wide frame, and its button beside."""
    x0, x1 = x
    metal = shaded(METAL, random.uniform(0.8, 1.35))
    frame = shaded(METAL, 0.7) if random.uniform() < 0.5 else any_color(random, 70, 170)
    panel(mesh, place, (x0, x1), (0.0, 2.3), 3, frame, DOOR)
    middle = (x0 + x1) / 2
    for left, right in ((x0 + 0.12, middle - 0.005), (middle + 0.005, x1 - 0.12)):
        panel(mesh, place, (left, right), (0.0, 2.12), 4, metal, DOOR)
        panel(mesh, place, (left + 0.06, left + 0.16), (0.0, 2.12), 5, shaded(metal, 1.12), DOOR)
    panel(mesh, place, (x1 + 0.08, x1 + 0.18), (1.0, 1.3), 3, (60, 62, 66), WALL)
    del style
    _keep_free(place, x, 1.0, fitted)


def _fit_window(
    mesh: Mesh,
    place: Place,
    x: tuple[float, float],
    style: RoomStyle,
    random: np.random.Generator,
    fitted: Fitted,
) -> None:
    """A window with a frame and bars; daylight comes in, or night is behind it."""
    x0, x1 = x
    low = random.choice([0.0, 0.4, 0.9, 0.9, 1.1])
    high = min(style.ceiling_m - 0.2, low + random.uniform(1.0, 1.9))
    day = style.daylight
    panel(mesh, place, (x0, x1), (low, high), 3, style.frame, WALL)
    columns = np.linspace(x0 + 0.05, x1 - 0.05, int(random.integers(2, 5)))
    horizon = low + (high - low) * random.uniform(0.1, 0.6)
    for left, right in zip(columns[:-1] + 0.02, columns[1:] - 0.02, strict=True):
        sky = (day, day, min(day * 1.05, 255.0))
        panel(mesh, place, (left, right), (low + 0.05, high - 0.05), 4, sky, WALL, Surface.SHINING)
        if random.uniform() < 0.8:
            ground = shaded(any_color(random, 40, 140), day / 200)
            panel(
                mesh, place, (left, right), (low + 0.05, horizon), 5, ground, WALL, Surface.SHINING
            )
    if low > 0.3:
        mesh.box(
            place, (x0 - 0.05, x1 + 0.05), (low - 0.04, low), (0.0, 0.12), (225, 224, 220), WALL
        )
    middle = place.world(np.array([[(x0 + x1) / 2, 0.0, 0.7]]))[0]
    strength = 0.35 * day / 255 * min(x1 - x0, 2.0)
    fitted.lights.append(Light(float(middle[0]), float(middle[2]), strength, 1.8))
    if style.sunny:
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
            patch = place.world(corners)[:, [0, 2]]
            fitted.sun.append(SunPatch(patch, random.uniform(0.4, 1.1)))


def _fit_glass(
    mesh: Mesh,
    place: Place,
    x: tuple[float, float],
    style: RoomStyle,
    random: np.random.Generator,
    fitted: Fitted,
) -> None:
    """A wall of glass panes in bars, down to the floor or above a parapet; rooms lie behind."""
    x0, x1 = x
    low = random.choice([0.0, 0.05, 0.9])
    high = min(style.ceiling_m - 0.05, random.uniform(2.1, 2.8))
    panel(mesh, place, (x0, x1), (low, high), 3, style.frame, WALL)
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
            panel(mesh, place, (left, right), (bottom, top - 0.03), 4, tone, WALL, Surface.SHINING)
            if random.uniform() < 0.4:
                thing = left + random.uniform(0.1, 0.6) * (right - left)
                panel(
                    mesh,
                    place,
                    (thing, min(thing + 0.3, right)),
                    (bottom, bottom + random.uniform(0.2, 0.8) * (top - bottom)),
                    5,
                    shaded(tone, random.uniform(0.4, 1.6)),
                    WALL,
                    Surface.SHINING,
                )
    del fitted


def _fit_picture(
    mesh: Mesh,
    place: Place,
    x: tuple[float, float],
    style: RoomStyle,
    random: np.random.Generator,
    fitted: Fitted,
) -> None:
    """A picture, a poster, or a notice board with its notices."""
    x0, x1 = x
    low = random.uniform(0.9, 1.5)
    high = min(low + random.uniform(0.4, 1.0), style.ceiling_m - 0.1)
    panel(mesh, place, (x0, x1), (low, high), 3, any_color(random, 20, 200), WALL)
    panel(
        mesh,
        place,
        (x0 + 0.04, x1 - 0.04),
        (low + 0.04, high - 0.04),
        4,
        any_color(random, 60, 235),
        WALL,
    )
    for _ in range(int(random.integers(1, 7))):
        left = random.uniform(x0 + 0.05, max(x1 - 0.3, x0 + 0.06))
        bottom = random.uniform(low + 0.05, max(high - 0.3, low + 0.06))
        panel(
            mesh,
            place,
            (left, min(left + 0.22, x1 - 0.05)),
            (bottom, min(bottom + 0.3, high - 0.05)),
            5,
            any_color(random, 60, 250),
            WALL,
        )
    del fitted


def _fit_radiator(
    mesh: Mesh,
    place: Place,
    x: tuple[float, float],
    style: RoomStyle,
    random: np.random.Generator,
    fitted: Fitted,
) -> None:
    """A radiator with ribs."""
    color = any_color(random, 170, 235)
    mesh.box(place, x, (0.12, 0.62), (0.03, 0.12), color)
    for at in np.arange(x[0] + 0.04, x[1] - 0.04, 0.09):
        corners = np.array(
            [
                [at, 0.15, 0.125],
                [at + 0.03, 0.15, 0.125],
                [at + 0.03, 0.59, 0.125],
                [at, 0.59, 0.125],
            ]
        )
        mesh.quad(place.world(corners), shaded(color, 0.75), OBSTACLE)
    del style
    _keep_free(place, x, 0.3, fitted)


def _fit_pilaster(
    mesh: Mesh,
    place: Place,
    x: tuple[float, float],
    style: RoomStyle,
    random: np.random.Generator,
    fitted: Fitted,
) -> None:
    """A pillar that stands out of the wall."""
    color = style.wall if random.uniform() < 0.6 else any_color(random, 70, 200)
    deep = random.uniform(0.1, 0.35)
    mesh.box(place, x, (0.0, style.ceiling_m), (0.0, deep), color, WALL)
    if style.skirting_m:
        edges = (x[0] - 0.01, x[1] + 0.01)
        mesh.box(place, edges, (0.0, style.skirting_m), (0.0, deep + 0.01), style.skirting, WALL)
    _keep_free(place, x, deep + 0.2, fitted)


def _keep_free(place: Place, x: tuple[float, float], reach: float, fitted: Fitted) -> None:
    middle = place.world(np.array([[(x[0] + x[1]) / 2, 0.0, 0.3]]))[0]
    radius = max((x[1] - x[0]) / 2, reach * 0.6)
    fitted.kept_free.append((float(middle[0]), float(middle[2]), radius))


_Fit = Callable[[Mesh, Place, tuple[float, float], RoomStyle, np.random.Generator, Fitted], None]
_FITTINGS: tuple[tuple[_Fit, float, float], ...] = (
    (_fit_door, 0.85, 1.9),
    (_fit_lift, 1.2, 1.8),
    (_fit_window, 0.8, 2.6),
    (_fit_glass, 1.2, 4.5),
    (_fit_picture, 0.4, 1.8),
    (_fit_radiator, 0.6, 1.4),
    (_fit_pilaster, 0.25, 0.7),
)
_SHARES = (0.32, 0.07, 0.14, 0.12, 0.17, 0.06, 0.12)
