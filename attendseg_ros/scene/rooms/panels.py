# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Panels on walls, and what fittings bring besides them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from attendseg_ros.labels.indoor import IndoorClass
from attendseg_ros.scene.rooms.mesh import Color, Mesh, Place, Surface
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
    z = LAYER_M * layer
    corners = np.array([[x[0], y[0], z], [x[1], y[0], z], [x[1], y[1], z], [x[0], y[1], z]])
    mesh.quad(place.world(corners), color, class_id, surface)


def keep_free(place: Place, x: tuple[float, float], reach: float, fitted: Fitted) -> None:
    """Notes that no furniture stands before something."""
    middle = place.world(np.array([[(x[0] + x[1]) / 2, 0.0, 0.3]]))[0]
    radius = max((x[1] - x[0]) / 2, reach * 0.6)
    fitted.kept_free.append((float(middle[0]), float(middle[2]), radius))
