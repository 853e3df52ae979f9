# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands in rooms: tables, cabinets, plants, machines and what lies about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from attendseg_ros.labels.indoor import IndoorClass
from attendseg_ros.scene.rooms.mesh import Color, Mesh, Place, Surface
from attendseg_ros.scene.rooms.palette import METAL, any_color, shaded, wood
from attendseg_ros.scene.rooms.seats import draw_bench, draw_chair, draw_office_chair, draw_sofa

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


def draw_table(random: np.random.Generator) -> Piece:
    """A table on four legs, on a column or on two boards."""
    width, depth = random.uniform(0.6, 1.9), random.uniform(0.5, 0.9)
    height, thick = random.uniform(0.42, 0.78), random.uniform(0.02, 0.05)
    top, leg = wood(random), METAL if random.uniform() < 0.5 else wood(random)
    kind, leg_m = random.choice(["legs", "column", "boards"]), random.uniform(0.03, 0.07)

    def build(mesh: Mesh, place: Place) -> None:
        half = width / 2
        mesh.box(place, (-half, half), (height - thick, height), (0.0, depth), top)
        if kind == "column":
            mesh.prism(place, (0, depth / 2), (0.05, 0.05), (0.02, height), leg, sides=6)
            mesh.prism(place, (0, depth / 2), (0.3, 0.25), (0.0, 0.03), leg)
            return
        for side in (-1, 1):
            x0, x1 = sorted((side * (half - 0.02), side * (half - 0.02 - leg_m)))
            if kind == "boards":
                mesh.box(place, (x0, x1), (0.0, height), (0.04, depth - 0.04), leg)
                continue
            for z in (0.02, depth - 0.02 - leg_m):
                mesh.box(place, (x0, x1), (0.0, height), (z, z + leg_m), leg)

    return Piece(width, depth, build)


def draw_cabinet(random: np.random.Generator) -> Piece:
    """A cabinet, a locker or a chest, with doors or drawers that show as lines."""
    width, depth = random.uniform(0.4, 1.8), random.uniform(0.3, 0.6)
    height = random.choice([random.uniform(0.6, 1.2), random.uniform(1.6, 2.1)])
    color = wood(random) if random.uniform() < 0.6 else any_color(random, 60, 200)
    columns, rows = int(random.integers(1, 4)), int(random.integers(1, 5))
    foot = float(random.choice([0.0, 0.06, 0.12]))
    glazed = random.uniform() < 0.2

    def build(mesh: Mesh, place: Place) -> None:
        half = width / 2
        mesh.box(place, (-half, half), (foot, height), (0.0, depth), color)
        if foot:
            mesh.box(place, (-half + 0.03, half - 0.03), (0, foot), (0, depth - 0.05), (30, 30, 30))
        step, rise = width / columns, (height - foot) / rows
        for column in range(columns):
            for row in range(rows):
                x, y = -half + column * step, foot + row * rise
                panel = shaded(color, 0.25 if glazed else 1.1)
                _front(
                    mesh,
                    place,
                    (x + 0.02, x + step - 0.02),
                    (y + 0.02, y + rise - 0.02),
                    depth,
                    panel,
                )
                knob = (x + 0.06, x + 0.1), (y + rise * 0.5, y + rise * 0.5 + 0.1)
                _front(mesh, place, *knob, depth + 0.006, METAL)

    return Piece(width, depth, build)


def draw_shelf(random: np.random.Generator) -> Piece:
    """An open shelf with books and boxes."""
    width, depth = random.uniform(0.6, 1.4), random.uniform(0.25, 0.4)
    height, boards = random.uniform(1.0, 2.0), int(random.integers(3, 6))
    color = wood(random)
    books = [
        [
            (at, random.uniform(0.4, 0.9), any_color(random, 30, 220))
            for at in np.arange(0.03, width - 0.12, 0.14)
        ]
        for _ in range(boards)
    ]

    def build(mesh: Mesh, place: Place) -> None:
        half = width / 2
        mesh.box(place, (-half, half), (0.0, height), (0.0, 0.02), shaded(color, 0.6))
        for x in (-half, half - 0.03):
            mesh.box(place, (x, x + 0.03), (0.0, height), (0.0, depth), color)
        rise = height / boards
        for board in range(boards):
            y = board * rise
            mesh.box(place, (-half, half), (y, y + 0.03), (0.0, depth), color)
            for at, tall, shade in books[board]:
                x, top = -half + at, y + 0.03 + tall * (rise - 0.05)
                mesh.box(place, (x, x + 0.12), (y + 0.03, top), (0.02, depth * 0.8), shade)

    return Piece(width, depth, build)


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
    for index in range(count):
        size = random.uniform((0.2, 0.12, 0.2), (0.55, 0.45, 0.5))
        color: Color = (168, 128, 88) if cardboard else any_color(random, 30, 220)
        parts.append((size, shaded(color, random.uniform(0.75, 1.15)), random.uniform(-0.3, 0.3)))
        del index
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


def draw_machine(random: np.random.Generator) -> Piece:
    """A vending machine, a copier or a water dispenser."""
    kind = random.choice(["vending", "copier", "water"])
    width, depth, height = {
        "vending": (0.9, 0.8, 1.85),
        "copier": (0.65, 0.65, 1.05),
        "water": (0.33, 0.33, 1.05),
    }[kind]
    color = any_color(random, 20, 230)
    goods = [any_color(random, 40, 240) for _ in range(20)]
    lit = random.uniform() < 0.7

    def build(mesh: Mesh, place: Place) -> None:
        half = width / 2
        mesh.box(place, (-half, half), (0.03, height), (0.0, depth), color)
        if kind == "vending":
            surface = Surface.SHINING if lit else Surface.PLAIN
            pane = (190, 200, 205) if lit else (40, 44, 48)
            _front(mesh, place, (-half + 0.06, 0.2), (0.55, 1.75), depth, pane, surface)
            for index, shade in enumerate(goods):
                x, y = -half + 0.09 + 0.14 * (index % 4), 0.62 + 0.22 * (index // 4)
                _front(mesh, place, (x, x + 0.1), (y, y + 0.15), depth + 0.006, shade, surface)
            _front(mesh, place, (-0.3, 0.25), (0.2, 0.38), depth, (22, 22, 24))
        elif kind == "copier":
            _front(mesh, place, (-half + 0.04, half - 0.04), (0.1, 0.3), depth, shaded(color, 0.7))
            _front(
                mesh, place, (-half + 0.04, half - 0.04), (0.35, 0.55), depth, shaded(color, 0.8)
            )
            mesh.box(
                place, (-half, half * 0.6), (height, height + 0.12), (0.05, depth), (70, 72, 76)
            )
        else:
            mesh.prism(
                place, (0, depth / 2), (0.13, 0.13), (height, height + 0.38), (120, 160, 200)
            )

    return Piece(width, depth, build)


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


def draw_desk(random: np.random.Generator) -> Piece:
    """A reception desk or a counter."""
    width, height = random.uniform(1.5, 3.2), random.uniform(0.9, 1.15)
    color, top = wood(random), wood(random)

    def build(mesh: Mesh, place: Place) -> None:
        half = width / 2
        mesh.box(place, (-half, half), (0.0, height), (0.1, 0.7), color)
        mesh.box(place, (-half - 0.05, half + 0.05), (height, height + 0.05), (0.05, 0.78), top)
        mesh.box(place, (0.1, 0.5), (height + 0.05, height + 0.4), (0.3, 0.34), (24, 24, 26))
        _front(mesh, place, (-half, half), (0.0, 0.1), 0.7, shaded(color, 0.5))

    return Piece(width, 0.8, build)


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


def _front(
    mesh: Mesh,
    place: Place,
    x: tuple[float, float],
    y: tuple[float, float],
    z: float,
    color: Color,
    surface: Surface = Surface.PLAIN,
) -> None:
    """Adds a panel just before the front of something z metres deep."""
    (x0, x1), (y0, y1), z = x, y, z + 0.004
    corners = np.array([[x0, y0, z], [x1, y0, z], [x1, y1, z], [x0, y1, z]], np.float64)
    mesh.quad(place.world(corners), color, OBSTACLE, surface)


Drawer = Callable[[np.random.Generator], Piece]

AT_WALLS: tuple[tuple[Drawer, float], ...] = (
    (draw_cabinet, 3.0),
    (draw_shelf, 1.2),
    (draw_table, 2.0),
    (lambda random: Piece(*draw_chair(random)), 1.5),
    (lambda random: Piece(*draw_bench(random)), 2.5),
    (lambda random: Piece(*draw_sofa(random)), 1.2),
    (draw_bin, 2.2),
    (draw_plant, 2.2),
    (draw_boxes, 1.5),
    (draw_machine, 1.0),
    (draw_extinguisher, 1.8),
    (draw_sign, 0.5),
    (draw_desk, 0.8),
    (draw_clutter, 1.6),
)
IN_THE_MIDDLE: tuple[tuple[Drawer, float], ...] = (
    (draw_table, 3.0),
    (lambda random: Piece(*draw_chair(random)), 3.0),
    (lambda random: Piece(*draw_office_chair(random)), 2.5),
    (lambda random: Piece(*draw_bench(random)), 1.0),
    (lambda random: Piece(*draw_sofa(random)), 1.0),
    (draw_plant, 1.0),
    (draw_boxes, 1.2),
    (draw_bin, 1.0),
    (draw_sign, 0.8),
    (draw_clutter, 2.0),
)


def draw_piece(random: np.random.Generator, among: tuple[tuple[Drawer, float], ...]) -> Piece:
    """Draws a piece of one of some kinds, each as often as its weight."""
    weights = np.array([weight for _, weight in among])
    kind = int(random.choice(len(among), p=weights / weights.sum()))
    return among[kind][0](random)
