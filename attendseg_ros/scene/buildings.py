# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What lines the street: houses with windows, and gaps with fences and trees behind them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.scene.camera import Points
from attendseg_ros.scene.painter import Color, Painter
from attendseg_ros.scene.style import BRICKS, Style, style_for

BLOCK_M = 14.0
DEPTH_M = 9.0


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


@lru_cache(maxsize=4096)
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


def _wall(x: float, y0: float, y1: float, z0: float, z1: float) -> Points:
    return np.array([[x, y0, z0], [x, y1, z0], [x, y1, z1], [x, y0, z1]])


def _scaled(color: Color, factor: float) -> Color:
    return _color(np.array(color) * factor)


def paint_house(painter: Painter, style: Style, house: House, side: int, z0: float) -> None:
    """Paints a house whose near end is z0 metres ahead (it may begin behind the camera)."""
    x = side * (style.facade_m + house.setback_m) - style.lane_m
    z1 = z0 + BLOCK_M
    near = max(z0, 0.9)
    light = 1.1 if (side > 0) == style.sunny else 0.8
    distance = max(near, 1.0)
    building = CamVidClass.BUILDING
    if z0 > 0.9:
        outer = x + side * DEPTH_M
        end = np.array(
            [[x, 0, z0], [x, house.height_m, z0], [outer, house.height_m, z0], [outer, 0, z0]]
        )
        painter.faces([end], _scaled(house.color, 0.85), building, distance)
        if house.roof_m:
            ridge = x + side * DEPTH_M / 2
            gable = np.array(
                [
                    [x, house.height_m, z0],
                    [ridge, house.height_m + house.roof_m, z0],
                    [outer, house.height_m, z0],
                ]
            )
            painter.faces([gable], _scaled(house.color, 0.8), building, distance)
    if house.roof_m:
        ridge = x + side * DEPTH_M / 2
        top = house.height_m + house.roof_m
        roof = np.array(
            [
                [x, house.height_m, near],
                [ridge, top, near],
                [ridge, top, z1],
                [x, house.height_m, z1],
            ]
        )
        painter.faces([roof], (78, 70, 68), building, distance)
    painter.faces(
        [_wall(x, 0, house.height_m, near, z1)], _scaled(house.color, light), building, distance
    )
    _paint_windows(painter, house, x, z0, light)


def _paint_windows(painter: Painter, house: House, x: float, z0: float, light: float) -> None:
    floor_m = house.height_m / house.floors
    bay_m = BLOCK_M / house.bays
    frames: list[Points] = []
    panes: list[Points] = []
    for floor in range(1 if house.shop else 0, house.floors):
        bottom = floor * floor_m + 0.25 * floor_m
        for bay in range(house.bays):
            start = z0 + (bay + 0.25) * bay_m
            if start < 0.9:
                continue
            frames.append(
                _wall(
                    x,
                    bottom - 0.12,
                    bottom + 0.58 * floor_m,
                    start - 0.12,
                    start + 0.5 * bay_m + 0.12,
                )
            )
            panes.append(_wall(x, bottom, bottom + 0.5 * floor_m, start, start + 0.5 * bay_m))
    distance = max(z0 + BLOCK_M / 2, 1.0)
    painter.faces(frames, _scaled(house.trim, light), CamVidClass.BUILDING, distance)
    painter.faces(panes, (52, 58, 66), CamVidClass.BUILDING, distance)
    near = max(z0, 0.9)
    if house.shop:
        front = _wall(x, 0.4, 0.68 * floor_m, near, z0 + BLOCK_M - 0.5)
        board = _wall(x, 0.72 * floor_m, 0.95 * floor_m, near, z0 + BLOCK_M)
        painter.faces([front], (60, 62, 64), CamVidClass.BUILDING, distance)
        painter.faces([board], _scaled(house.shop, light), CamVidClass.BUILDING, distance)


def paint_fence(painter: Painter, style: Style, house: House, side: int, z0: float) -> None:
    """Paints the fence along a gap: boards with lighter posts and a rail."""
    x = side * style.facade_m - style.lane_m
    near, z1 = max(z0, 0.9), z0 + BLOCK_M
    height = 1.0 + 0.08 * house.height_m
    distance = max(near, 1.0)
    painter.faces(
        [_wall(x, 0.0, height, near, z1)], _scaled(house.trim, 0.6), CamVidClass.FENCE, distance
    )
    boards = [_wall(x, 0.05, height, z, z + 0.16) for z in np.arange(z0, z1, 0.4) if 0.9 < z < 40.0]
    painter.faces(boards, _scaled(house.trim, 0.95), CamVidClass.FENCE, distance)
    painter.faces(
        [_wall(x, 0.8 * height, 0.88 * height, near, z1)],
        _scaled(house.trim, 0.45),
        CamVidClass.FENCE,
        distance,
    )
