# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Doors, open and closed, and lifts."""

from __future__ import annotations

import numpy as np

from attendseg_ros.labels.indoor import IndoorClass
from attendseg_ros.scene.rooms.mesh import Color, Mesh, Place
from attendseg_ros.scene.rooms.palette import METAL, any_color, shaded
from attendseg_ros.scene.rooms.panels import Spot
from attendseg_ros.scene.rooms.plan import WALL_M, Doorway
from attendseg_ros.scene.rooms.style import RoomStyle

DOOR, WALL = IndoorClass.DOOR, IndoorClass.WALL
DOOR_HEIGHT_M = 2.05


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


def fit_door(spot: Spot) -> None:
    """A closed door with one or two leaves, a frame, a handle and often a pane."""
    random = spot.random
    x0, x1 = spot.x
    top = DOOR_HEIGHT_M * random.uniform(0.97, 1.1)
    frame = 0.07
    spot.panel((x0, x1), (0.0, top), 3, spot.style.frame, DOOR)
    edges = np.linspace(x0 + frame, x1 - frame, 3 if x1 - x0 > 1.25 else 2)
    color = spot.style.door
    pane = random.choice(["none", "none", "slit", "half", "full"])
    behind: Color = any_color(random, 10, 120) if random.uniform() < 0.7 else (205, 210, 212)
    boards = random.uniform() < 0.3
    for left, right in zip(edges[:-1] + 0.006, edges[1:] - 0.006, strict=True):
        spot.panel((left, right), (0.01, top - frame), 4, color, DOOR)
        wide = right - left
        if boards:
            for low, high in ((0.15, 0.85), (1.05, top - 0.25)):
                spot.panel(
                    (left + 0.13 * wide, right - 0.13 * wide),
                    (low, high),
                    5,
                    shaded(color, 0.86),
                    DOOR,
                )
        if pane == "slit":
            glass = (right - 0.3 * wide, right - 0.15 * wide), (1.0, top - 0.3)
            spot.panel(*glass, 6, behind, DOOR)
        elif pane != "none":
            glass = (left + 0.1, right - 0.1), (1.0 if pane == "half" else 0.2, top - 0.2)
            spot.panel(*glass, 6, behind, DOOR)
        handle = left + 0.05 if left > edges[0] + 0.1 else right - 0.11
        spot.panel((handle, handle + 0.06), (0.95, 1.12), 7, METAL, DOOR)
    if random.uniform() < 0.35:
        middle = (x0 + x1) / 2
        spot.panel((middle - 0.1, middle + 0.1), (1.45, 1.6), 7, (225, 225, 220), DOOR)
    spot.keep_free(0.9)


def fit_lift(spot: Spot) -> None:
    """A lift: two leaves of metal, a wide frame, and its button beside."""
    random = spot.random
    x0, x1 = spot.x
    metal = shaded(METAL, random.uniform(0.8, 1.35))
    frame = shaded(METAL, 0.7) if random.uniform() < 0.5 else any_color(random, 70, 170)
    spot.panel((x0, x1), (0.0, 2.3), 3, frame, DOOR)
    middle = (x0 + x1) / 2
    for left, right in ((x0 + 0.12, middle - 0.005), (middle + 0.005, x1 - 0.12)):
        spot.panel((left, right), (0.0, 2.12), 4, metal, DOOR)
        spot.panel((left + 0.06, left + 0.16), (0.0, 2.12), 5, shaded(metal, 1.12), DOOR)
    spot.panel((x1 + 0.08, x1 + 0.18), (1.0, 1.3), 3, (60, 62, 66), WALL)
    spot.keep_free(1.0)
