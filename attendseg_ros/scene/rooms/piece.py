# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A piece of furniture: what it takes up, and how it is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from attendseg_ros.labels.indoor import IndoorClass
from attendseg_ros.scene.rooms.mesh import Color, Mesh, Place, Surface

OBSTACLE = IndoorClass.OBSTACLE


@dataclass(frozen=True)
class Piece:
    """A piece of furniture, its back against z = 0 of its place.

    Attributes:
        width: metres, half to either side of the place.
        depth: metres, to the front.
        build: adds it to a mesh at a place.
    """

    width: float
    depth: float
    build: Callable[[Mesh, Place], None]


def add_front(
    mesh: Mesh,
    place: Place,
    x: tuple[float, float],
    y: tuple[float, float],
    z: float,
    color: Color,
    surface: Surface = Surface.PLAIN,
) -> None:
    """Adds a panel just before the front of something z metres deep."""
    mesh.upright(place, x, y, z + 0.004, color, OBSTACLE, surface)
