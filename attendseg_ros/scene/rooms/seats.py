# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Chairs, benches and sofas, and people who sit or stand."""

from __future__ import annotations

import numpy as np

from attendseg_ros.scene.rooms.mesh import Mesh, Place
from attendseg_ros.scene.rooms.palette import METAL, any_color, shaded, wood
from attendseg_ros.scene.rooms.piece import OBSTACLE, Piece


def draw_chair(random: np.random.Generator) -> Piece:
    """A chair on four legs; its back is at z = 0."""
    side, height = random.uniform(0.38, 0.5), random.uniform(0.42, 0.48)
    back, leg = random.uniform(0.3, 0.5), random.uniform(0.02, 0.045)
    color = wood(random) if random.uniform() < 0.4 else any_color(random, 20, 210)
    legs = METAL if random.uniform() < 0.5 else shaded(color, 0.7)
    open_back = random.uniform() < 0.5

    def build(mesh: Mesh, place: Place) -> None:
        half = side / 2
        mesh.box(place, (-half, half), (height - 0.04, height), (0.0, side), color)
        low = height + (0.18 if open_back else 0.0)
        mesh.box(place, (-half, half), (low, height + back), (0.0, 0.03), color)
        for x in (-half, half - leg):
            for z in (0.0, side - leg):
                top = height + back if z == 0.0 else height
                mesh.box(place, (x, x + leg), (0.0, top), (z, z + leg), legs)

    return Piece(side, side, build)


def draw_office_chair(random: np.random.Generator) -> Piece:
    """A swivel chair on five castors."""
    color, height = any_color(random, 15, 120), random.uniform(0.42, 0.55)

    def build(mesh: Mesh, place: Place) -> None:
        mesh.box(place, (-0.24, 0.24), (height, height + 0.09), (0.05, 0.53), color)
        mesh.box(place, (-0.22, 0.22), (height + 0.15, height + 0.62), (0.0, 0.07), color)
        mesh.rod(place, (0.0, 0.1, 0.29), (0.0, height, 0.29), 0.06, (40, 40, 42))
        for angle in np.arange(5) * 2 * np.pi / 5:
            x, z = 0.3 * float(np.cos(angle)), 0.29 + 0.3 * float(np.sin(angle))
            mesh.rod(place, (0.0, 0.1, 0.29), (x, 0.07, z), 0.04, (52, 52, 54))
            mesh.box(
                place, (x - 0.025, x + 0.025), (0.0, 0.06), (z - 0.025, z + 0.025), (20, 20, 20)
            )

    return Piece(0.6, 0.6, build)


def draw_bench(random: np.random.Generator) -> Piece:
    """Seats in a row on one beam, as they stand in waiting areas."""
    count = int(random.integers(2, 6))
    color = METAL if random.uniform() < 0.4 else any_color(random, 30, 200)

    def build(mesh: Mesh, place: Place) -> None:
        half = 0.55 * count / 2
        mesh.box(place, (-half, half), (0.36, 0.4), (0.25, 0.31), METAL)
        for index in range(count):
            x = -half + 0.55 * index + 0.03
            mesh.box(place, (x, x + 0.49), (0.42, 0.45), (0.1, 0.55), color)
            back = np.array(
                [[x, 0.5, 0.1], [x + 0.49, 0.5, 0.1], [x + 0.49, 0.88, 0.0], [x, 0.88, 0.0]]
            )
            mesh.solid(place.world(np.stack([back, back - (0.0, 0.0, 0.03)])), color, OBSTACLE)
        for x in (-half + 0.25, half - 0.3):
            mesh.rod(place, (x, 0.02, 0.1), (x, 0.38, 0.28), 0.04, METAL)
            mesh.rod(place, (x, 0.02, 0.5), (x, 0.38, 0.28), 0.04, METAL)
            mesh.box(place, (x - 0.03, x + 0.03), (0.0, 0.03), (0.02, 0.58), METAL)

    return Piece(0.55 * count, 0.6, build)


def draw_sofa(random: np.random.Generator) -> Piece:
    """A sofa or an armchair."""
    width, color = float(random.choice([0.85, 1.5, 2.1])), any_color(random, 25, 190)
    foot = float(random.choice([0.03, 0.12]))

    def build(mesh: Mesh, place: Place) -> None:
        half = width / 2
        mesh.box(place, (-half, half), (foot, 0.42), (0.0, 0.8), color)
        mesh.box(place, (-half, half), (0.42, 0.82), (0.0, 0.22), shaded(color, 0.95))
        for side in (-1, 1):
            x = sorted((side * half, side * (half - 0.15)))
            mesh.box(place, (x[0], x[1]), (foot, 0.6), (0.0, 0.82), shaded(color, 0.9))
            for z in (0.05, 0.7):
                x0 = side * (half - 0.08)
                mesh.box(place, (x0 - 0.02, x0 + 0.02), (0.0, foot), (z, z + 0.04), (30, 26, 24))

    return Piece(width, 0.85, build)


def draw_person(random: np.random.Generator) -> Piece:
    """Somebody who stands."""
    size = random.uniform(0.85, 1.08)
    coat, trousers = any_color(random, 15, 210), any_color(random, 15, 120)
    skin = shaded((196, 150, 122), random.uniform(0.45, 1.1))
    hair = any_color(random, 15, 90)
    swing = random.uniform(-0.25, 0.25)

    def build(mesh: Mesh, place: Place) -> None:
        hip, shoulder = 0.86 * size, 1.42 * size
        for side in (-1, 1):
            foot = (0.1 * side, 0.05, 0.15 + swing * side)
            mesh.rod(place, (0.08 * side, hip, 0.15), foot, 0.14 * size, trousers)
            mesh.box(
                place,
                (0.1 * side - 0.05, 0.1 * side + 0.05),
                (0.0, 0.09),
                (foot[2] - 0.08, foot[2] + 0.17),
                shaded(trousers, 0.4),
            )
            hand = (0.27 * side, 0.8 * size, 0.17 - swing * side)
            mesh.rod(place, (0.21 * side, shoulder, 0.15), hand, 0.09 * size, shaded(coat, 0.9))
        mesh.prism(place, (0.0, 0.15), (0.17, 0.2), (hip - 0.08, shoulder), coat, sides=8)
        mesh.prism(place, (0.0, 0.15), (0.2, 0.07), (shoulder, shoulder + 0.07), coat, sides=8)
        mesh.prism(place, (0.0, 0.15), (0.07, 0.1), (shoulder + 0.05, 1.56 * size), skin, sides=8)
        mesh.prism(place, (0.0, 0.15), (0.1, 0.1), (1.56 * size, 1.66 * size), skin, sides=8)
        mesh.prism(place, (0.0, 0.14), (0.11, 0.06), (1.63 * size, 1.75 * size), hair, sides=8)

    return Piece(0.6, 0.5, build)
