# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A whole building: its plan with everything that is fitted, placed and hung in it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.labels.indoor import IndoorClass
from attendseg_ros.scene.camera import Points
from attendseg_ros.scene.rooms.doors import build_doorway
from attendseg_ros.scene.rooms.fittings import build_wall, fit_wall
from attendseg_ros.scene.rooms.furnishing import AT_WALLS, IN_THE_MIDDLE, draw_piece
from attendseg_ros.scene.rooms.mesh import Faces, Mesh, Place
from attendseg_ros.scene.rooms.palette import any_color
from attendseg_ros.scene.rooms.piece import Piece
from attendseg_ros.scene.rooms.plan import Alcove, Area, Plan, draw_plan
from attendseg_ros.scene.rooms.route import KEPT_FREE_M, Route
from attendseg_ros.scene.rooms.seats import draw_person
from attendseg_ros.scene.rooms.stairs import build_railing, build_stairs_down, build_stairs_up
from attendseg_ros.scene.rooms.style import RoomStyle
from attendseg_ros.scene.rooms.surfaces import Lamp, Light, SunPatch

_KEPT_FREE_AT_OPENINGS_M = 0.5


@dataclass(frozen=True)
class Building:
    """What a seed makes of a plan.

    Attributes:
        bounds: area around everything.
        faces: all but floor and ceiling.
        holes: float64 (N, 4, 3), where the floor is open.
        route: of the robot.
        lamps: in the ceiling.
        lights: of lamps and windows.
        sun: patches of sun on the floor.
        standing: outlines of what stands on the floor, (N, 2) each.
    """

    bounds: Area
    faces: Faces
    holes: Points
    route: Route
    lamps: tuple[Lamp, ...]
    lights: tuple[Light, ...]
    sun: tuple[SunPatch, ...]
    standing: tuple[NDArray[np.float64], ...]


def draw_building(seed: int, style: RoomStyle) -> Building:
    """Draws the building of a seed."""
    return _Builder(seed, style).building()


class _Builder:
    def __init__(self, seed: int, style: RoomStyle) -> None:
        self._random = np.random.default_rng((seed, 23))
        self._style = style
        self._mesh = Mesh()
        self._plan: Plan = draw_plan(self._random, style.kind)
        self._route = Route.draw(self._random, self._plan.main, style.speed_m_s)
        self._line = self._route.line()
        self._holes: list[Points] = []
        self._lights: list[Light] = []
        self._sun: list[SunPatch] = []
        self._standing: list[NDArray[np.float64]] = []
        # Circles that nothing may stand in, (x, z, radius).
        self._taken: list[tuple[float, float, float]] = []

    def building(self) -> Building:
        self._open()
        self._wall_up()
        if self._style.kind == "hall":
            self._add_pillars()
            self._add_railing()
        self._furnish()
        lamps = self._lamps()
        return Building(
            bounds=self._plan.bounds,
            faces=self._mesh.faces(),
            holes=np.array(self._holes, np.float64).reshape(-1, 4, 3),
            route=self._route,
            lamps=tuple(lamps),
            lights=tuple(self._lights),
            sun=tuple(self._sun),
            standing=tuple(self._standing),
        )

    def _open(self) -> None:
        """Doorways and alcoves, some of which are stairs."""
        for doorway in self._plan.doorways:
            build_doorway(self._mesh, doorway, self._style, self._random)
            x, _, z = doorway.place.world(np.array([0.0, 0.0, -0.4])).tolist()
            self._taken.append((x, z, doorway.wide / 2 + _KEPT_FREE_AT_OPENINGS_M))
        for index, alcove in enumerate(self._plan.alcoves):
            x, _, z = alcove.place.world(np.array([0.0, 0.0, -0.3])).tolist()
            self._taken.append((x, z, alcove.wide / 2 + 0.2))
            if alcove.deep > 1.5 and self._random.uniform() < (0.85 if index == 0 else 0.5):
                self._add_stairs(alcove)

    def _add_stairs(self, alcove: Alcove) -> None:
        random = self._random
        start = random.uniform(0.0, min(1.0, alcove.deep - 1.2))
        x, _, z = alcove.place.world(np.array([0.0, 0.0, start])).tolist()
        place = Place(x, z, alcove.place.turn)
        arguments = self._mesh, place, alcove.wide, alcove.deep - start, self._style, random
        if random.uniform() < 0.5:
            build_stairs_up(*arguments)
        else:
            self._holes.append(build_stairs_down(*arguments))
        middle = place.world(np.array([0.0, 0.0, (alcove.deep - start) / 2])).tolist()
        self._taken.append((middle[0], middle[2], max(alcove.wide, alcove.deep) / 2))

    def _wall_up(self) -> None:
        for wall in self._plan.walls():
            build_wall(self._mesh, wall, self._style)
            if wall.length < 0.7:
                continue
            fitted = fit_wall(self._mesh, wall, self._style, self._random)
            self._lights += fitted.lights
            self._sun += fitted.sun
            self._taken += fitted.kept_free

    def _add_pillars(self) -> None:
        """Pillars on a grid, round or square, as of the wall."""
        random, area = self._random, self._plan.main
        if random.uniform() < 0.35:
            return
        radius, sides = random.uniform(0.18, 0.4), int(random.choice([4, 14]))
        color = self._style.wall if random.uniform() < 0.5 else any_color(random, 90, 220)
        step = random.uniform(3.5, 6.0)
        for x in np.arange(area.x0 + step / 2, area.x1 - 0.6, step):
            for z in np.arange(area.z0 + step / 2, area.z1 - 0.6, step):
                if not self._is_free(float(x), float(z), radius):
                    continue
                place = Place(float(x), float(z), np.pi / 4)
                height = (0.0, self._style.ceiling_m)
                wall = IndoorClass.WALL
                self._mesh.prism(place, (0, 0), (radius, radius), height, color, wall, sides)
                if self._style.skirting_m:
                    foot = radius + 0.015
                    low = (0.0, self._style.skirting_m)
                    skirting = self._style.skirting
                    self._mesh.prism(place, (0, 0), (foot, foot), low, skirting, wall, sides)
                self._take(place, 2 * radius, 2 * radius, middle=True)

    def _add_railing(self) -> None:
        """A railing somewhere in a hall."""
        random, area = self._random, self._plan.main
        for _ in range(int(random.integers(0, 3))):
            length = random.uniform(1.0, 4.0)
            x = random.uniform(area.x0 + 0.5, area.x1 - 0.5)
            z = random.uniform(area.z0 + 0.5, area.z1 - 0.5)
            place = Place(x, z, float(random.choice([0.0, np.pi / 2])))
            ends = place.world(np.array([[0.0, 0.0, 0.0], [length, 0.0, 0.0]]))
            along = np.linspace(ends[0], ends[1], 8)
            if all(self._is_free(float(px), float(pz), 0.2) for px, _, pz in along):
                build_railing(self._mesh, place, length, random)
                self._taken += [(float(px), float(pz), 0.3) for px, _, pz in along]

    def _furnish(self) -> None:
        random, style = self._random, self._style
        for wall in self._plan.walls():
            at = random.uniform(0.1, 1.0)
            while at < wall.length - 0.3:
                if random.uniform() > style.clutter:
                    at += random.uniform(0.4, 2.0)
                    continue
                piece = draw_piece(random, AT_WALLS)
                if at + piece.width > wall.length:
                    at += 0.6
                    continue
                spot = np.array([at + piece.width / 2, 0.0, random.uniform(0.01, 0.08)])
                x, _, z = wall.place.world(spot).tolist()
                self._put(piece, Place(x, z, wall.place.turn + random.normal(0.0, 0.04)))
                at += piece.width + random.exponential(0.5)
        areas = (self._plan.main, *self._plan.rooms)
        for area in areas:
            size = (area.x1 - area.x0) * (area.z1 - area.z0)
            for _ in range(min(int(size * 0.35 * style.clutter), 24)):
                self._put_anywhere(area, draw_piece(random, IN_THE_MIDDLE))
            for _ in range(int(random.integers(0, 3))):
                if random.uniform() < 0.5:
                    self._put_anywhere(area, draw_person(random))

    def _put_anywhere(self, area: Area, piece: Piece) -> None:
        random = self._random
        x = random.uniform(area.x0 + 0.4, area.x1 - 0.4)
        z = random.uniform(area.z0 + 0.4, area.z1 - 0.4)
        turn = random.uniform(0, 2 * np.pi)
        # Most things stand square to the walls.
        if random.uniform() < 0.6:
            turn = round(turn / (np.pi / 2)) * np.pi / 2
        self._put(piece, Place(x, z, turn))

    def _put(self, piece: Piece, place: Place) -> None:
        """Adds a piece, unless something else is there already."""
        x, _, z = place.world(np.array([0.0, 0.0, piece.depth / 2])).tolist()
        circles = max(math.ceil(piece.width / max(piece.depth, 0.2)), 1)
        radius = 0.6 * max(piece.depth, piece.width / circles)
        offsets = (np.arange(circles) - (circles - 1) / 2) * piece.width / circles
        spots = place.world(np.array([[o, 0.0, piece.depth / 2] for o in offsets.tolist()]))
        inside = any(a.grown(-0.05).overlaps(Area(x, z, x, z)) for a in self._plan.areas)
        if inside and all(self._is_free(float(px), float(pz), radius) for px, _, pz in spots):
            piece.build(self._mesh, place)
            self._take(place, piece.width, piece.depth)
            self._taken += [(float(px), float(pz), radius) for px, _, pz in spots]

    def _take(self, place: Place, width: float, depth: float, *, middle: bool = False) -> None:
        """Notes the outline of something that stands on the floor."""
        z0, z1 = (-depth / 2, depth / 2) if middle else (0.0, depth)
        half = width / 2
        corners = np.array(
            [[-half, 0, z0], [half, 0, z0], [half, 0, z1], [-half, 0, z1]], np.float64
        )
        self._standing.append(place.world(corners)[:, [0, 2]])
        if middle:
            self._taken.append((place.x, place.z, half + 0.1))

    def _is_free(self, x: float, z: float, radius: float) -> bool:
        """Whether a circle touches neither the robot's way nor what stands."""
        away = np.hypot(self._line[:, 0] - x, self._line[:, 1] - z).min()
        if away < radius + KEPT_FREE_M:
            return False
        return all(math.hypot(x - tx, z - tz) > radius + tr for tx, tz, tr in self._taken)

    def _lamps(self) -> list[Lamp]:
        """Lamps on a grid in the main area, one in each other area."""
        random, style = self._random, self._style
        step, lamps = random.uniform(1.8, 3.6), []
        half_x, half_z = ((0.3, 0.3), (0.15, 0.6), (0.6, 0.15), (0.09, 0.09), (0.05, 0.75))[
            int(random.integers(5))
        ]
        spots = []
        main = self._plan.main
        across = max(int((main.x1 - main.x0) / step), 1)
        along = max(int((main.z1 - main.z0) / step), 1)
        for i in range(across):
            for j in range(along):
                x = main.x0 + (main.x1 - main.x0) * (i + 0.5) / across
                spots.append((x, main.z0 + (main.z1 - main.z0) * (j + 0.5) / along))
        spots += [
            ((a.x0 + a.x1) / 2, (a.z0 + a.z1) / 2)
            for a in (*(alcove.area for alcove in self._plan.alcoves), *self._plan.rooms)
        ]
        strength = random.uniform(0.25, 0.7) * (step / 2.5)
        for x, z in spots:
            lit = bool(random.uniform() < style.lamp_share)
            lamps.append(Lamp(Area(x - half_x, z - half_z, x + half_x, z + half_z), lit))
            if lit:
                self._lights.append(Light(x, z, strength, random.uniform(0.9, 1.6)))
        return lamps
