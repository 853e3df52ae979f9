# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The plan of a building: areas that join, and the walls around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from attendseg_ros.scene.rooms.mesh import Place

WALL_M = 0.16
DOOR_M = (0.85, 1.1)


class Area(NamedTuple):
    """A rectangle of floor, metres."""

    x0: float
    z0: float
    x1: float
    z1: float

    def overlaps(self, other: Area) -> bool:
        """Whether the two share floor."""
        return (
            self.x0 < other.x1 and other.x0 < self.x1 and self.z0 < other.z1 and other.z0 < self.z1
        )

    def grown(self, by: float) -> Area:
        """The same area with a margin."""
        return Area(self.x0 - by, self.z0 - by, self.x1 + by, self.z1 + by)


@dataclass(frozen=True)
class Wall:
    """A straight wall: it goes from its place along the place's x, and looks along its z.

    Attributes:
        place: its beginning.
        length: metres.
        main: whether it bounds the main area.
    """

    place: Place
    length: float
    main: bool


@dataclass(frozen=True)
class Alcove:
    """A side corridor or an alcove.

    Attributes:
        area: its floor.
        place: the middle of its opening; z goes deeper.
        wide: metres.
        deep: metres.
    """

    area: Area
    place: Place
    wide: float
    deep: float


@dataclass(frozen=True)
class Doorway:
    """An opening as wide as a door to another room.

    Attributes:
        passage: the floor in the thickness of the wall.
        place: its middle on the wall of the main area; z goes into the room.
        wide: metres.
    """

    passage: Area
    place: Place
    wide: float


@dataclass(frozen=True)
class Plan:
    """The areas of a building.

    Attributes:
        main: where the robot drives.
        alcoves: what opens to it in its full width.
        rooms: what lies behind doorways.
        doorways: the openings to the rooms.
    """

    main: Area
    alcoves: tuple[Alcove, ...]
    rooms: tuple[Area, ...]
    doorways: tuple[Doorway, ...]

    @property
    def areas(self) -> tuple[Area, ...]:
        """Every area with a floor."""
        return (
            self.main,
            *(alcove.area for alcove in self.alcoves),
            *self.rooms,
            *(doorway.passage for doorway in self.doorways),
        )

    @property
    def bounds(self) -> Area:
        """The smallest area around all."""
        corners = np.array(self.areas)
        low, high = corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)
        return Area(float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    def walls(self) -> list[Wall]:
        """The walls around the areas, where no other area joins."""
        found = []
        for area in self.areas:
            others = [other for other in self.areas if other is not area]
            main = area is self.main
            for side in range(4):
                found += [
                    _wall(area, side, low, high, main) for low, high in _free(area, side, others)
                ]
        return found


def _free(area: Area, side: int, others: list[Area]) -> list[tuple[float, float]]:
    """Parts of one side of an area (0: low x, 1: high x, 2: low z, 3: high z) with no neighbour."""
    at = (area.x0, area.x1, area.z0, area.z1)[side] + (-1e-3, 1e-3)[side % 2]
    low, high = (area.z0, area.z1) if side < 2 else (area.x0, area.x1)
    taken = []
    for other in others:
        across = (other.x0, other.x1) if side < 2 else (other.z0, other.z1)
        if across[0] <= at <= across[1]:
            taken.append((other.z0, other.z1) if side < 2 else (other.x0, other.x1))
    parts, start = [], low
    for first, last in sorted(taken):
        if first > start + 1e-6:
            parts.append((start, min(first, high)))
        start = max(start, last)
    if start < high - 1e-6:
        parts.append((start, high))
    return [(a, b) for a, b in parts if b > a + 1e-6]


def _wall(area: Area, side: int, low: float, high: float, main: bool) -> Wall:
    """The wall on a side of an area; its front looks into the area."""
    place = (
        Place(area.x0, high, np.pi / 2),
        Place(area.x1, low, -np.pi / 2),
        Place(low, area.z0, 0.0),
        Place(high, area.z1, np.pi),
    )[side]
    return Wall(place, high - low, main)


def draw_plan(random: np.random.Generator, kind: str) -> Plan:
    """Draws a plan of a kind, "corridor", "room" or "hall"."""
    width, length = {
        "corridor": (random.uniform(1.6, 3.8), random.uniform(12.0, 34.0)),
        "room": (random.uniform(3.6, 8.0), random.uniform(4.5, 11.0)),
        "hall": (random.uniform(7.0, 15.0), random.uniform(10.0, 24.0)),
    }[kind]
    main = Area(-width / 2, 0.0, width / 2, length)
    alcoves: list[Alcove] = []
    rooms: list[Area] = []
    doorways: list[Doorway] = []
    for number in range({"corridor": 10, "room": 4, "hall": 8}[kind]):
        along_z, side = bool(random.uniform() < 0.75), int(random.choice([-1, 1]))
        # The first opens at an end where it can: a robot on its way along looks at it.
        at_end = number == 0 and random.uniform() < 0.6
        along_z = along_z and not at_end
        span = length if along_z else width
        taken = [*rooms, *(a.area for a in alcoves), *(d.passage for d in doorways)]
        if at_end or random.uniform() < 0.45:
            wide = min(random.uniform(1.2, 3.2), span - 0.5)
            middle = random.uniform(wide / 2 + 0.2, span - wide / 2 - 0.2)
            deep = random.uniform(1.2, 9.0)
            place = _opening(main, along_z, side, middle)
            area = _beside(place, wide, 0.0, deep)
            if not _collides(area, taken):
                alcoves.append(Alcove(area, place, wide, deep))
            continue
        wide = random.uniform(*DOOR_M)
        margin = wide / 2 + 0.1
        place = _opening(main, along_z, side, random.uniform(margin, span - margin))
        passage = _beside(place, wide, 0.0, WALL_M)
        across, deep = random.uniform(2.0, 5.0), random.uniform(2.0, 5.0)
        shift = random.uniform(-0.5, 0.5) * (across - wide - 0.2)
        room = _beside(place, across, WALL_M, WALL_M + deep, shift)
        if not _collides(room, taken):
            rooms.append(room)
            doorways.append(Doorway(passage, place, wide))
    return Plan(main, tuple(alcoves), tuple(rooms), tuple(doorways))


def _opening(main: Area, along_z: bool, side: int, middle: float) -> Place:
    """A place on a wall of the main area whose z goes out of it."""
    if along_z:
        return Place(main.x1 if side > 0 else main.x0, main.z0 + middle, side * np.pi / 2)
    turn = 0.0 if side > 0 else np.pi
    return Place(main.x0 + middle, main.z1 if side > 0 else main.z0, turn)


def _beside(place: Place, wide: float, near: float, far: float, shift: float = 0.0) -> Area:
    """The area between two depths behind an opening."""
    corners = np.array([[shift - wide / 2, 0.0, near], [shift + wide / 2, 0.0, far]])
    (xa, _, za), (xb, _, zb) = place.world(corners).tolist()
    return Area(min(xa, xb), min(za, zb), max(xa, xb), max(za, zb))


def _collides(area: Area, others: list[Area]) -> bool:
    margin = area.grown(WALL_M)
    return any(margin.overlaps(other) for other in others)
