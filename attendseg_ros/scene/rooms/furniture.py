# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Large furniture: tables, cabinets, shelves, desks and machines."""

from __future__ import annotations

import numpy as np

from attendseg_ros.scene.rooms.mesh import Mesh, Place, Surface
from attendseg_ros.scene.rooms.palette import METAL, any_color, shaded, wood
from attendseg_ros.scene.rooms.piece import Piece, add_front


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
                add_front(
                    mesh,
                    place,
                    (x + 0.02, x + step - 0.02),
                    (y + 0.02, y + rise - 0.02),
                    depth,
                    panel,
                )
                knob = (x + 0.06, x + 0.1), (y + rise * 0.5, y + rise * 0.5 + 0.1)
                add_front(mesh, place, *knob, depth + 0.006, METAL)

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


def draw_desk(random: np.random.Generator) -> Piece:
    """A reception desk or a counter."""
    width, height = random.uniform(1.5, 3.2), random.uniform(0.9, 1.15)
    color, top = wood(random), wood(random)

    def build(mesh: Mesh, place: Place) -> None:
        half = width / 2
        mesh.box(place, (-half, half), (0.0, height), (0.1, 0.7), color)
        mesh.box(place, (-half - 0.05, half + 0.05), (height, height + 0.05), (0.05, 0.78), top)
        mesh.box(place, (0.1, 0.5), (height + 0.05, height + 0.4), (0.3, 0.34), (24, 24, 26))
        add_front(mesh, place, (-half, half), (0.0, 0.1), 0.7, shaded(color, 0.5))

    return Piece(width, 0.8, build)


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
            add_front(mesh, place, (-half + 0.06, 0.2), (0.55, 1.75), depth, pane, surface)
            for index, shade in enumerate(goods):
                x, y = -half + 0.09 + 0.14 * (index % 4), 0.62 + 0.22 * (index // 4)
                add_front(mesh, place, (x, x + 0.1), (y, y + 0.15), depth + 0.006, shade, surface)
            add_front(mesh, place, (-0.3, 0.25), (0.2, 0.38), depth, (22, 22, 24))
        elif kind == "copier":
            add_front(
                mesh, place, (-half + 0.04, half - 0.04), (0.1, 0.3), depth, shaded(color, 0.7)
            )
            add_front(
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
