# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Panels on walls, and what fittings bring besides them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from attendseg_ros.labels.indoor import IndoorClass
from attendseg_ros.scene.rooms.mesh import Color, Mesh, Place, Surface
from attendseg_ros.scene.rooms.style import RoomStyle
from attendseg_ros.scene.rooms.surfaces import Light, SunPatch

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
    mesh.upright(place, x, y, LAYER_M * layer, color, class_id, surface)


@dataclass(frozen=True)
class Spot:
    """A stretch of a wall that something is fitted to.

    Attributes:
        mesh: takes its faces.
        place: of the wall.
        x: where the stretch begins and ends along the wall, metres.
        style: of the building.
        random: draws what the style leaves open.
        fitted: takes what it brings besides its faces.
    """

    mesh: Mesh
    place: Place
    x: tuple[float, float]
    style: RoomStyle
    random: np.random.Generator
    fitted: Fitted

    def panel(
        self,
        x: tuple[float, float],
        y: tuple[float, float],
        layer: int,
        color: Color,
        class_id: IndoorClass,
        surface: Surface = Surface.PLAIN,
    ) -> None:
        """Adds a flat panel before the wall; higher layers lie before lower ones."""
        panel(self.mesh, self.place, x, y, layer, color, class_id, surface)

    def box(
        self,
        x: tuple[float, float],
        y: tuple[float, float],
        z: tuple[float, float],
        color: Color,
        class_id: IndoorClass,
    ) -> None:
        """Adds a box before the wall."""
        self.mesh.box(self.place, x, y, z, color, class_id)

    def keep_free(self, reach: float) -> None:
        """Notes that no furniture stands before it."""
        x0, x1 = self.x
        middle = self.place.world(np.array([[(x0 + x1) / 2, 0.0, 0.3]]))[0]
        radius = max((x1 - x0) / 2, reach * 0.6)
        self.fitted.kept_free.append((float(middle[0]), float(middle[2]), radius))
