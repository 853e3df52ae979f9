# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What lines the street: houses with windows, and gaps with fences and trees behind them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.scene.camera import Points
from attendseg_ros.scene.furniture import Tree
from attendseg_ros.scene.painter import Color, Painter, Point
from attendseg_ros.scene.style import BRICKS, Style, style_for

BLOCK_M = 14.0
DEPTH_M = 9.0
GARDEN_NEAREST_M = 3.0
GARDEN_VIEW_M = 90.0
CACHED_BLOCKS = 4096


@dataclass(frozen=True)
class House:
    """One block on one side of the street; a gap if it is no building."""

    gap: bool
    height_m: float
    setback_m: float
    color: Color
    trim: Color
    roof_m: float
    floors: int
    bays: int
    shop: Color | None


@lru_cache(maxsize=CACHED_BLOCKS)
def house_at(seed: int, side: int, block: int) -> House:
    """Draws a block: side -1 is left, 1 right; blocks count along the street."""
    random = np.random.default_rng((seed, 3, side + 1, block))
    style = style_for(seed)
    wall = np.array(BRICKS[int(random.integers(len(BRICKS)))]) * random.uniform(0.7, 1.1)
    trim = wall * random.choice([0.75, 1.3]) + random.uniform(-10, 10)
    shop = random.uniform(20, 200, 3) if random.uniform() < 0.35 else None
    return House(
        gap=bool(random.uniform() < style.gap_density),
        height_m=float(random.uniform(5.5, 13.0)),
        setback_m=float(random.choice([0.0, 0.0, 1.2, 3.0])),
        color=_color(wall),
        trim=_color(trim),
        roof_m=float(random.choice([0.0, 2.0, 3.0])),
        floors=int(random.integers(2, 5)),
        bays=int(random.integers(3, 7)),
        shop=None if shop is None else _color(shop),
    )


def _color(values: Points) -> Color:
    clipped = np.clip(values, 0, 255)
    return (float(clipped[0]), float(clipped[1]), float(clipped[2]))


def _wall(x: float, y0: float, y1: float, z0: float, z1: float) -> tuple[Point, ...]:
    return ((x, y0, z0), (x, y1, z0), (x, y1, z1), (x, y0, z1))


def _walls(x: float, y0: Points, y1: Points, z0: Points, z1: Points) -> Points:
    """Walls at x between heights and distances, each (N,); float64 (N, 4, 3)."""
    corners = np.empty((len(y0), 4, 3))
    corners[..., 0] = x
    corners[..., 1] = np.stack([y0, y1, y1, y0], axis=1)
    corners[..., 2] = np.stack([z0, z0, z1, z1], axis=1)
    return corners


def _scaled(color: Color, factor: float) -> Color:
    red, green, blue = color
    return (min(red * factor, 255.0), min(green * factor, 255.0), min(blue * factor, 255.0))


def paint_house(painter: Painter, style: Style, house: House, side: int, z0: float) -> None:
    """Paints a house whose near end is z0 metres ahead (it may begin behind the camera)."""
    x = side * (style.facade_m + house.setback_m) - style.lane_m
    z1 = z0 + BLOCK_M
    near = max(z0, 0.9)
    light = 1.1 if (side > 0) == style.sunny else 0.8
    distance = max(near, 1.0)
    building = CamVidClass.BUILDING
    height, outer, ridge = house.height_m, x + side * DEPTH_M, x + side * DEPTH_M / 2
    top = height + house.roof_m
    if z0 > 0.9:
        end = ((x, 0.0, z0), (x, height, z0), (outer, height, z0), (outer, 0.0, z0))
        painter.face(end, _scaled(house.color, 0.85), building, distance)
        if house.roof_m:
            gable = ((x, height, z0), (ridge, top, z0), (outer, height, z0))
            painter.face(gable, _scaled(house.color, 0.8), building, distance)
    if house.roof_m:
        roof = ((x, height, near), (ridge, top, near), (ridge, top, z1), (x, height, z1))
        painter.face(roof, (78, 70, 68), building, distance)
    front = _wall(x, 0.0, height, near, z1)
    painter.face(front, _scaled(house.color, light), building, distance)
    _paint_windows(painter, house, x, z0, light)


def _paint_windows(painter: Painter, house: House, x: float, z0: float, light: float) -> None:
    building = CamVidClass.BUILDING
    floor_m = house.height_m / house.floors
    bay_m = BLOCK_M / house.bays
    floors = np.arange(1 if house.shop else 0, house.floors)
    starts: Points = z0 + (np.arange(house.bays, dtype=np.float64) + 0.25) * bay_m
    starts = starts[starts >= 0.9]
    bottoms = np.repeat(floors * floor_m + 0.25 * floor_m, len(starts))
    starts = np.tile(starts, len(floors))
    ends = starts + 0.5 * bay_m
    distance = max(z0 + BLOCK_M / 2, 1.0)
    frames = _walls(x, bottoms - 0.12, bottoms + 0.58 * floor_m, starts - 0.12, ends + 0.12)
    painter.faces(frames, _scaled(house.trim, light), building, distance)
    panes = _walls(x, bottoms, bottoms + 0.5 * floor_m, starts, ends)
    painter.faces(panes, (52, 58, 66), building, distance)
    near = max(z0, 0.9)
    if house.shop:
        glass = _wall(x, 0.4, 0.68 * floor_m, near, z0 + BLOCK_M - 0.5)
        painter.face(glass, (60, 62, 64), building, distance)
        board = _wall(x, 0.72 * floor_m, 0.95 * floor_m, near, z0 + BLOCK_M)
        painter.face(board, _scaled(house.shop, light), building, distance)


def paint_fence(painter: Painter, style: Style, house: House, side: int, z0: float) -> None:
    """Paints the fence along a gap: boards with lighter posts and a rail."""
    x = side * style.facade_m - style.lane_m
    near, z1 = max(z0, 0.9), z0 + BLOCK_M
    height = 1.0 + 0.08 * house.height_m
    distance = max(near, 1.0)
    whole = _wall(x, 0.0, height, near, z1)
    painter.face(whole, _scaled(house.trim, 0.6), CamVidClass.FENCE, distance)
    starts = np.arange(z0, z1, 0.4)
    starts = starts[(starts > 0.9) & (starts < 40.0)]
    level = np.ones(len(starts))
    boards = _walls(x, 0.05 * level, height * level, starts, starts + 0.16)
    painter.faces(boards, _scaled(house.trim, 0.95), CamVidClass.FENCE, distance)
    rail = _wall(x, 0.8 * height, 0.88 * height, near, z1)
    painter.face(rail, _scaled(house.trim, 0.45), CamVidClass.FENCE, distance)


@lru_cache(maxsize=CACHED_BLOCKS)
def garden_trees(seed: int, side: int, block: int) -> tuple[tuple[float, float, Tree], ...]:
    """Draws the trees behind a fence.

    Returns:
        For each tree its metres from the fence, its metres from the block's near end, and itself;
        the far one first.
    """
    random = np.random.default_rng((seed, 11, side + 1, block + 2**31))
    leaves = style_for(seed).leaves
    return tuple(
        (random.uniform(2.5, 5.0), share * BLOCK_M, Tree.draw(random, leaves))
        for share in (0.7, 0.25)
    )


def paint_garden(
    painter: Painter, style: Style, seed: int, side: int, block: int, z0: float
) -> None:
    """Paints the trees behind the fence of a gap that begins z0 metres ahead."""
    for behind, after, tree in garden_trees(seed, side, block):
        z = z0 + after
        if GARDEN_NEAREST_M < z < GARDEN_VIEW_M:
            tree.paint(painter, side * (style.facade_m + behind) - style.lane_m, z)
