# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which furniture stands at walls and which in the middle of a room, and how often."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from attendseg_ros.scene.rooms.furniture import (
    draw_cabinet,
    draw_desk,
    draw_machine,
    draw_shelf,
    draw_table,
)
from attendseg_ros.scene.rooms.piece import Piece
from attendseg_ros.scene.rooms.seats import draw_bench, draw_chair, draw_office_chair, draw_sofa
from attendseg_ros.scene.rooms.small_things import (
    draw_bin,
    draw_boxes,
    draw_clutter,
    draw_extinguisher,
    draw_plant,
    draw_sign,
)

Drawer = Callable[[np.random.Generator], Piece]

AT_WALLS: tuple[tuple[Drawer, float], ...] = (
    (draw_cabinet, 3.0),
    (draw_shelf, 1.2),
    (draw_table, 2.0),
    (draw_chair, 1.5),
    (draw_bench, 2.5),
    (draw_sofa, 1.2),
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
    (draw_chair, 3.0),
    (draw_office_chair, 2.5),
    (draw_bench, 1.0),
    (draw_sofa, 1.0),
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
