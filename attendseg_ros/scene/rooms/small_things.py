# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Small things: bins, plants, boxes, extinguishers, signs and what lies about."""

from __future__ import annotations

import numpy as np

from attendseg_ros.scene.rooms.mesh import Color, Mesh, Place
from attendseg_ros.scene.rooms.palette import any_color, shaded
from attendseg_ros.scene.rooms.piece import OBSTACLE, Piece


def draw_bin(random: np.random.Generator) -> Piece:
    """A bin, round or square, open or with a lid."""
    radius, height = random.uniform(0.13, 0.24), random.uniform(0.28, 0.8)
    color, lid = any_color(random, 25, 200), any_color(random, 20, 120)
    round_one = random.uniform() < 0.6

    def build(mesh: Mesh, place: Place) -> None:
        if round_one:
            mesh.prism(place, (0, radius), (radius * 0.8, radius), (0, height), color)
            mesh.prism(
                place, (0, radius), (radius * 1.03, radius * 0.9), (height, height + 0.04), lid
            )
            return
        mesh.box(place, (-radius, radius), (0.0, height), (0.0, 2 * radius), color)
        mesh.box(
            place,
            (-radius - 0.01, radius + 0.01),
            (height, height + 0.06),
            (-0.01, 2 * radius + 0.02),
            lid,
        )

    return Piece(2 * radius, 2 * radius, build)


def draw_plant(random: np.random.Generator) -> Piece:
    """A plant in a pot."""
    radius, pot = random.uniform(0.12, 0.22), random.uniform(0.2, 0.7)
    crown, height = random.uniform(0.2, 0.5), random.uniform(0.3, 1.1)
    color, leaf = any_color(random, 60, 240), np.array([50.0, 90.0, 45.0])
    count = int(random.integers(18, 36))
    angles, tilts = random.uniform(0, 2 * np.pi, count), random.uniform(0.15, 1.0, count)
    starts, sizes = random.uniform(0.0, 0.7, count), random.uniform(0.05, 0.12, count)
    shades = random.uniform(0.55, 1.4, count)

    def build(mesh: Mesh, place: Place) -> None:
        mesh.prism(place, (0, radius), (radius * 0.75, radius), (0, pot), color)
        for angle, tilt, start, size, shade in zip(
            angles, tilts, starts, sizes, shades, strict=True
        ):
            out = np.array([np.cos(angle), 0.0, np.sin(angle)])
            aside = np.array([-np.sin(angle), 0.0, np.cos(angle)]) * size
            low = np.array([0.0, pot + start * height, radius])
            tip = low + out * crown * tilt + (0.0, height * (1.05 - start) * (1.1 - tilt), 0.0)
            middle = (low + tip) / 2 + (0.0, 0.1 * height, 0.0)
            leafy = np.array([low, middle - aside, tip, middle + aside])
            tone = np.clip(leaf * shade, 0, 255)
            mesh.quad(place.world(leafy), (tone[0], tone[1], tone[2]), OBSTACLE, two_sided=True)

    return Piece(2 * radius + 0.2, 2 * radius + 0.2, build)


def draw_boxes(random: np.random.Generator) -> Piece:
    """Cardboard boxes, crates or bags, some on each other."""
    count = int(random.integers(1, 4))
    cardboard = random.uniform() < 0.6
    parts = []
    for _ in range(count):
        size = random.uniform((0.2, 0.12, 0.2), (0.55, 0.45, 0.5))
        color: Color = (168, 128, 88) if cardboard else any_color(random, 30, 220)
        parts.append((size, shaded(color, random.uniform(0.75, 1.15)), random.uniform(-0.3, 0.3)))
    stacked = random.uniform() < 0.6

    def build(mesh: Mesh, place: Place) -> None:
        y, x = 0.0, 0.0
        for (wide, tall, deep), color, turn in parts:
            at = place.world(np.array([[x, 0.0, 0.3]]))[0]
            own = Place(float(at[0]), float(at[2]), place.turn + turn)
            mesh.box(own, (-wide / 2, wide / 2), (y, y + tall), (-deep / 2, deep / 2), color)
            mesh.box(
                own,
                (-0.03, 0.03),
                (y, y + tall + 0.002),
                (-deep / 2 - 0.002, deep / 2 + 0.002),
                shaded(color, 1.25),
            )
            y, x = (y + tall, x) if stacked else (0.0, x + wide + 0.05)

    return Piece(0.9 if not stacked else 0.6, 0.6, build)


def draw_extinguisher(random: np.random.Generator) -> Piece:
    """One to three fire extinguishers on the floor."""
    count, height = int(random.integers(1, 4)), random.uniform(0.4, 0.6)
    red: Color = (random.uniform(140, 200), random.uniform(15, 40), random.uniform(20, 45))

    def build(mesh: Mesh, place: Place) -> None:
        for index in range(count):
            x = (index - (count - 1) / 2) * 0.18
            mesh.prism(place, (x, 0.1), (0.075, 0.075), (0.0, height), red, sides=8)
            mesh.prism(place, (x, 0.1), (0.07, 0.02), (height, height + 0.07), red, sides=8)
            mesh.box(
                place,
                (x - 0.02, x + 0.06),
                (height + 0.07, height + 0.12),
                (0.08, 0.12),
                (25, 25, 25),
            )
            mesh.box(
                place,
                (x - 0.05, x + 0.05),
                (height * 0.4, height * 0.75),
                (0.1, 0.178),
                (220, 200, 90),
            )

    return Piece(0.2 * count, 0.22, build)


def draw_sign(random: np.random.Generator) -> Piece:
    """A sign that warns of a wet floor, or a bucket with a mop."""
    yellow = any_color(random, 200, 230)
    yellow = (yellow[0], yellow[1], 40.0)
    bucket = random.uniform() < 0.4

    def build(mesh: Mesh, place: Place) -> None:
        if bucket:
            mesh.prism(place, (0, 0.15), (0.12, 0.15), (0, 0.3), (50, 90, 160))
            mesh.rod(place, (0.0, 0.1, 0.15), (0.25, 1.3, 0.02), 0.025, (160, 140, 100))
            return
        for z, lean in ((0.05, 0.17), (0.35, 0.23)):
            board = np.array(
                [[-0.14, 0, z], [0.14, 0, z], [0.1, 0.6, lean], [-0.1, 0.6, lean]], np.float64
            )
            mesh.quad(place.world(board), yellow, OBSTACLE, two_sided=True)

    return Piece(0.4, 0.4, build)


def draw_clutter(random: np.random.Generator) -> Piece:
    """Something small that lies on the floor: a bag, shoes, a ball, a bottle, a power strip."""
    kind = random.choice(["bag", "shoes", "ball", "bottle", "strip"])
    color = any_color(random, 15, 220)

    def build(mesh: Mesh, place: Place) -> None:
        if kind == "bag":
            mesh.prism(place, (0, 0.15), (0.18, 0.1), (0.0, 0.38), color, sides=6)
        elif kind == "shoes":
            for x in (-0.08, 0.05):
                mesh.box(place, (x, x + 0.09), (0.0, 0.06), (0.0, 0.27), color)
                mesh.box(place, (x, x + 0.09), (0.06, 0.1), (0.0, 0.13), color)
        elif kind == "ball":
            for low, high, y0, y1 in (
                (0.05, 0.11, 0.0, 0.05),
                (0.11, 0.11, 0.05, 0.16),
                (0.11, 0.05, 0.16, 0.21),
            ):
                mesh.prism(place, (0, 0.15), (low, high), (y0, y1), color)
        elif kind == "bottle":
            mesh.prism(place, (0, 0.1), (0.035, 0.035), (0.0, 0.18), color, sides=6)
            mesh.prism(place, (0, 0.1), (0.03, 0.012), (0.18, 0.25), color, sides=6)
        else:
            mesh.box(place, (-0.18, 0.18), (0.0, 0.05), (0.05, 0.11), color)

    return Piece(0.4, 0.35, build)
