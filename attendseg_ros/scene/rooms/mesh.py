# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What rooms are built of: flat quadrilaterals, and solids made of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.labels.indoor import IndoorClass
from attendseg_ros.scene.camera import Points

Color = tuple[float, float, float]

# Up, towards x, towards z, down: what lamps overhead and light from a side make of a colour.
_FROM_ABOVE, _ACROSS, _ALONG, _FROM_BELOW = 1.12, 0.82, 0.96, 0.45
_BOX_SIDES = (
    (0, 1, 3, 2),
    (4, 6, 7, 5),
    (0, 4, 5, 1),
    (2, 3, 7, 6),
    (0, 2, 6, 4),
    (1, 5, 7, 3),
)


class Surface(IntEnum):
    """How a face takes light."""

    PLAIN = 0
    PATTERNED = 1
    """By the building's pattern of walls: bricks, tiles or panels."""
    SHINING = 2
    """A lamp or a window: as bright as its colour says."""


@dataclass(frozen=True)
class Place:
    """Where something stands: metres in the plan, and where it turns its front, radians.

    What is built in a place has x to its right, y up and z to its front.
    """

    x: float
    z: float
    turn: float = 0.0

    def world(self, points: Points) -> Points:
        """Points of the place, float64 (..., 3), in the building's coordinates."""
        sine, cosine = math.sin(self.turn), math.cos(self.turn)
        moved = np.empty_like(points)
        moved[..., 0] = self.x + cosine * points[..., 0] + sine * points[..., 2]
        moved[..., 1] = points[..., 1]
        moved[..., 2] = self.z - sine * points[..., 0] + cosine * points[..., 2]
        return moved


@dataclass(frozen=True)
class Faces:
    """All faces of a building.

    Attributes:
        corners: float64 (N, 4, 3), metres.
        normals: float64 (N, 3) of length 1.
        two_sided: bool (N,), seen from behind too.
        colors: uint8 (N, 3).
        classes: uint8 (N,), ids of `IndoorClass`.
        surfaces: uint8 (N,), `Surface`.
    """

    corners: Points
    normals: Points
    two_sided: NDArray[np.bool_]
    colors: NDArray[np.uint8]
    classes: NDArray[np.uint8]
    surfaces: NDArray[np.uint8]


class Mesh:
    """Collects faces."""

    def __init__(self) -> None:
        self._corners: list[Points] = []
        self._colors: list[Color] = []
        self._classes: list[int] = []
        self._surfaces: list[int] = []
        self._two_sided: list[bool] = []

    def quad(
        self,
        corners: Points,
        color: Color,
        class_id: IndoorClass,
        surface: Surface = Surface.PLAIN,
        *,
        two_sided: bool = False,
    ) -> None:
        """Adds a face, (4, 3): seen from where its corners go round with the clock."""
        self._corners.append(corners)
        self._colors.append(color)
        self._classes.append(int(class_id))
        self._surfaces.append(int(surface))
        self._two_sided.append(two_sided)

    def upright(
        self,
        place: Place,
        x: tuple[float, float],
        y: tuple[float, float],
        z: float,
        color: Color,
        class_id: IndoorClass,
        surface: Surface = Surface.PLAIN,
    ) -> None:
        """Adds an upright rectangle that is seen from the front of a place."""
        (x0, x1), (y0, y1) = x, y
        corners = np.array([[x0, y0, z], [x1, y0, z], [x1, y1, z], [x0, y1, z]], np.float64)
        self.quad(place.world(corners), color, class_id, surface)

    def solid(self, quads: Points, color: Color, class_id: IndoorClass) -> None:
        """Adds the faces of a convex body, (N, 4, 3), in whatever order their corners are."""
        middle = quads.reshape(-1, 3).mean(axis=0)
        outwards = quads.mean(axis=1) - middle
        inside_out = (_crosses(quads) * outwards).sum(axis=1) < 0
        for corners, turn in zip(quads, inside_out, strict=True):
            self.quad(corners[::-1] if turn else corners, color, class_id)

    def box(
        self,
        place: Place,
        x: tuple[float, float],
        y: tuple[float, float],
        z: tuple[float, float],
        color: Color,
        class_id: IndoorClass = IndoorClass.OBSTACLE,
    ) -> None:
        """Adds a box between two values of each coordinate of a place."""
        corners = np.array([(i, j, k) for i in x for j in y for k in z], np.float64)
        self.solid(place.world(corners)[np.array(_BOX_SIDES)], color, class_id)

    def prism(
        self,
        place: Place,
        middle: tuple[float, float],
        radii: tuple[float, float],
        y: tuple[float, float],
        color: Color,
        class_id: IndoorClass = IndoorClass.OBSTACLE,
        sides: int = 10,
    ) -> None:
        """Adds a column about a point (x, z) of a place, of one radius below and one above."""
        angles = np.arange(sides) * (2 * np.pi / sides)
        rings = [
            np.stack(
                [
                    middle[0] + radius * np.cos(angles),
                    np.full(sides, height),
                    middle[1] + radius * np.sin(angles),
                ],
                axis=1,
            )
            for radius, height in zip(radii, y, strict=True)
        ]
        low, high = place.world(rings[0]), place.world(rings[1])
        sides_of = np.stack(
            [low, np.roll(low, -1, axis=0), np.roll(high, -1, axis=0), high], axis=1
        )
        fan = [[0, i, i + 1, i + 2] for i in range(1, sides - 2, 2)]
        self.solid(np.concatenate([sides_of, high[np.array(fan)]]), color, class_id)

    def rod(
        self,
        place: Place,
        start: tuple[float, float, float],
        end: tuple[float, float, float],
        width: float,
        color: Color,
        class_id: IndoorClass = IndoorClass.OBSTACLE,
    ) -> None:
        """Adds a straight rod of square section between two points of a place."""
        first, last = np.array(start, np.float64), np.array(end, np.float64)
        along = (last - first) / max(float(np.linalg.norm(last - first)), 1e-6)
        aside = np.cross(along, (0.0, 1.0, 0.0) if abs(along[1]) < 0.9 else (0.0, 0.0, 1.0))
        aside *= width / 2 / np.linalg.norm(aside)
        other = np.cross(along, aside)
        ring = np.array([aside + other, aside - other, -aside - other, other - aside])
        low, high = place.world(first + ring), place.world(last + ring)
        quads = np.stack([low, np.roll(low, -1, axis=0), np.roll(high, -1, axis=0), high], axis=1)
        self.solid(quads, color, class_id)

    def faces(self) -> Faces:
        """All that was added, shaded by where each face looks."""
        corners = np.array(self._corners, np.float64).reshape(-1, 4, 3)
        crosses = _crosses(corners)
        normals = crosses / np.maximum(np.linalg.norm(crosses, axis=1, keepdims=True), 1e-12)
        surfaces = np.array(self._surfaces, np.uint8)
        squares = normals * normals
        vertical = np.where(normals[:, 1] > 0, _FROM_ABOVE, _FROM_BELOW)
        shade = squares[:, 0] * _ACROSS + squares[:, 1] * vertical + squares[:, 2] * _ALONG
        shade[surfaces == Surface.SHINING] = 1.0
        colors = np.array(self._colors, np.float64).reshape(-1, 3) * shade[:, None]
        return Faces(
            corners,
            normals,
            np.array(self._two_sided, np.bool_),
            np.clip(colors, 0, 255).astype(np.uint8),
            np.array(self._classes, np.uint8),
            surfaces,
        )


def _crosses(quads: Points) -> Points:
    """Vectors that stand on quadrilaterals (N, 4, 3) towards their seen side, (N, 3)."""
    return np.asarray(np.cross(quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1]), np.float64)
