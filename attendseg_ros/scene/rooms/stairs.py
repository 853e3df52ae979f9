# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Stairs that lead up or down, and railings."""

from __future__ import annotations

import numpy as np

from attendseg_ros.labels.indoor import IndoorClass
from attendseg_ros.scene.camera import Points
from attendseg_ros.scene.rooms.mesh import Color, Mesh, Place
from attendseg_ros.scene.rooms.palette import METAL, any_color, shaded
from attendseg_ros.scene.rooms.style import RoomStyle

STAIRS, WALL = IndoorClass.STAIRS, IndoorClass.WALL
NOSING_M = 0.04


def build_stairs_up(
    mesh: Mesh,
    place: Place,
    wide: float,
    deep: float,
    style: RoomStyle,
    random: np.random.Generator,
) -> None:
    """Adds stairs that rise along z of a place, and a landing to their end."""
    rise, run = random.uniform(0.14, 0.19), random.uniform(0.26, 0.34)
    count = max(2, min(int(deep / run), int((style.ceiling_m - 0.1) / rise)))
    tread, nosing = _colors(style, random)
    riser = shaded(tread, random.uniform(0.55, 1.0))
    half = wide / 2
    for step in range(count):
        y, z = step * rise, step * run
        end = deep if step == count - 1 else z + run
        _quad(
            mesh,
            place,
            [(half, y, z), (-half, y, z), (-half, y + rise, z), (half, y + rise, z)],
            riser,
        )
        _quad(mesh, place, _flat(half, y + rise, z, end), tread)
        _quad(mesh, place, _flat(half, y + rise + 0.003, z, z + NOSING_M), nosing)
        for side in (-half, half):
            cheek = [(side, 0.0, z), (side, 0.0, end), (side, y + rise, end), (side, y + rise, z)]
            _quad(mesh, place, cheek, shaded(riser, 0.8), two_sided=True)
    for side in (-1, 1):
        if random.uniform() < 0.75:
            x = side * (half - 0.06)
            _rail(mesh, place, (x, 0.0, 0.05), (x, count * rise, count * run), run, random)


def build_stairs_down(
    mesh: Mesh,
    place: Place,
    wide: float,
    deep: float,
    style: RoomStyle,
    random: np.random.Generator,
) -> Points:
    """Adds stairs that descend along z of a place.

    Returns:
        The hole in the floor, float64 (4, 3), in the building's coordinates.
    """
    rise, run = random.uniform(0.14, 0.19), random.uniform(0.26, 0.34)
    count = max(2, int(deep / run))
    tread, nosing = _colors(style, random)
    half, depth = wide / 2, count * rise
    # The edge of the upper floor belongs to the stairs: there they begin.
    _quad(mesh, place, _flat(half, 0.003, -random.uniform(0.05, 0.12), 0.0), nosing)
    for step in range(count):
        y, z = -(step + 1) * rise, step * run
        end = deep if step == count - 1 else z + run
        _quad(mesh, place, _flat(half, y, z, end), shaded(tread, 0.92**step))
        _quad(mesh, place, _flat(half, y + 0.003, end - NOSING_M, end), nosing)
        back = [(-half, y, z), (half, y, z), (half, y + rise, z), (-half, y + rise, z)]
        _quad(mesh, place, back, shaded(tread, 0.6), two_sided=True)
    for side in (-half, half):
        cheek = [(side, -depth, 0.0), (side, -depth, deep), (side, 0.0, deep), (side, 0.0, 0.0)]
        _quad(mesh, place, cheek, shaded(style.wall, 0.75), WALL, two_sided=True)
    wall = [(-half, -depth, deep), (half, -depth, deep), (half, 0.0, deep), (-half, 0.0, deep)]
    _quad(mesh, place, wall, shaded(style.wall, 0.7), WALL, two_sided=True)
    for side in (-1, 1):
        if random.uniform() < 0.75:
            x = side * (half - 0.06)
            _rail(mesh, place, (x, 0.0, 0.05), (x, -depth, count * run), run, random)
    return place.world(np.array(_flat(half, 0.0, 0.0, deep), np.float64))


def build_railing(
    mesh: Mesh, place: Place, length: float, random: np.random.Generator, height: float = 1.0
) -> None:
    """Adds a level railing along x of a place."""
    _rail(mesh, place, (0.0, 0.0, 0.0), (length, 0.0, 0.0), 0.12, random, height)


def _rail(
    mesh: Mesh,
    place: Place,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    step: float,
    random: np.random.Generator,
    height: float = 0.9,
) -> None:
    """A handrail above a line, on posts, or on bars that are close to each other."""
    color: Color = METAL if random.uniform() < 0.5 else any_color(random, 20, 110)
    first, last = np.array(start), np.array(end)
    up = np.array([0.0, height, 0.0])
    mesh.rod(place, _point(first + up), _point(last + up), 0.05, color)
    length = float(np.linalg.norm(last - first))
    posts = max(int(length / (step * random.choice([1, 1, 4]))), 1)
    for share in np.linspace(0.0, 1.0, posts + 1):
        foot = first + (last - first) * share
        mesh.rod(place, _point(foot), _point(foot + up), 0.025, color)
    for level in (0.35, 0.65):
        if posts * step * 2 < length:
            mesh.rod(place, _point(first + level * up), _point(last + level * up), 0.025, color)


def _colors(style: RoomStyle, random: np.random.Generator) -> tuple[Color, Color]:
    """Of the treads, and of their front edges."""
    tread = style.floor if random.uniform() < 0.5 else any_color(random, 70, 210)
    nosing: Color = (
        (200, 170, 40) if random.uniform() < 0.2 else shaded(tread, random.uniform(0.4, 1.2))
    )
    return tread, nosing


def _flat(half: float, y: float, z0: float, z1: float) -> list[tuple[float, float, float]]:
    """A level rectangle that is seen from above."""
    return [(-half, y, z0), (-half, y, z1), (half, y, z1), (half, y, z0)]


def _point(values: Points) -> tuple[float, float, float]:
    x, y, z = values.tolist()
    return (x, y, z)


def _quad(
    mesh: Mesh,
    place: Place,
    corners: list[tuple[float, float, float]],
    color: Color,
    class_id: IndoorClass = STAIRS,
    *,
    two_sided: bool = False,
) -> None:
    mesh.quad(place.world(np.array(corners, np.float64)), color, class_id, two_sided=two_sided)
