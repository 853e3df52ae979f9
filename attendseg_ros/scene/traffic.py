# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where everything on a street is at a moment: a pure function of the seed and the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from attendseg_ros.scene.furniture import paint_lamp, paint_sign, paint_traffic_light, paint_tree
from attendseg_ros.scene.painter import Painter
from attendseg_ros.scene.road_users import paint_bicyclist, paint_car, paint_pedestrian
from attendseg_ros.scene.style import Style

VIEW_M = 95.0
SLOT_M = 9.0
NEAREST_OBJECT_M = 2.2
NEAREST_CAR_AHEAD_M = 7.0
CAR_M_S = 8.0
BICYCLE_M_S = 4.5
BICYCLE_DENSITY = 0.22


@dataclass(frozen=True)
class Placed:
    """Something to paint, z metres ahead."""

    z: float
    paint: Callable[[Painter], None]


def slots_in_view(offset_m: float) -> range:
    """Indices of the slots of SLOT_M that lie within view, for things moved on by offset_m."""
    return range(int(np.floor(offset_m / SLOT_M)) - 1, int((offset_m + VIEW_M) / SLOT_M) + 1)


def objects_at(seed: int, style: Style, time_s: float) -> list[Placed]:
    """Everything in view that stands or moves on road and pavements, far to near."""
    travelled = style.speed_m_s * time_s
    placed: list[Placed] = []
    for side in (-1, 1):
        for slot in slots_in_view(travelled):
            placed += _standing(seed, style, side, slot, travelled)
            placed += _walking(seed, style, side, slot, travelled, time_s)
        placed += _driving(seed, style, side, time_s)
    visible = [p for p in placed if NEAREST_OBJECT_M < p.z < VIEW_M]
    return sorted(visible, key=lambda p: -p.z)


def _standing(seed: int, style: Style, side: int, slot: int, travelled: float) -> list[Placed]:
    random = np.random.default_rng((seed, 4, side + 1, slot + 2**31))
    kerb = side * (style.road_half_m + 0.5) - style.lane_m
    z = slot * SLOT_M + random.uniform(0.0, 2.0) - travelled
    kind = random.uniform()
    result: list[Placed] = []
    if kind < 0.3:
        result.append(Placed(z, partial(paint_lamp, x=kerb, z=z, side=side, random=random)))
    elif kind < 0.55:
        result.append(Placed(z, partial(paint_sign, x=kerb, z=z, random=random)))
    elif kind < 0.65:
        result.append(Placed(z, partial(paint_traffic_light, x=kerb, z=z, random=random)))
    others = np.random.default_rng((seed, 5, side + 1, slot + 2**31))
    tree_z = z + others.uniform(3.0, 5.0)
    if others.uniform() < style.tree_density * 0.6:
        trunk = side * (style.road_half_m + 0.7 * style.pavement_m) - style.lane_m
        tree = partial(paint_tree, style=style, x=trunk, z=tree_z, random=others)
        result.append(Placed(tree_z, tree))
    if others.uniform() < style.parking:
        car_x = side * (style.road_half_m - 1.0) - style.lane_m
        car_z = z + 2.5
        looks = np.random.default_rng((seed, 6, side + 1, slot + 2**31))
        car = partial(paint_car, x=car_x, z=car_z, oncoming=side > 0, random=looks)
        result.append(Placed(car_z, car))
    return result


def _walking(
    seed: int, style: Style, side: int, slot: int, travelled: float, time_s: float
) -> list[Placed]:
    random = np.random.default_rng((seed, 7, side + 1, slot + 2**31))
    if random.uniform() > style.people:
        return []
    result = []
    for _ in range(int(random.integers(1, 4))):
        aside = style.road_half_m + random.uniform(0.25, 0.95) * style.pavement_m
        x = side * aside - style.lane_m
        # Back and forth within the slot: people never leave it, so a slot holds them for ever.
        pace, phase = random.uniform(0.2, 0.5), random.uniform(0.0, 2 * np.pi)
        z = (slot + 0.5) * SLOT_M + 0.5 * SLOT_M * np.sin(pace * time_s + phase) - travelled
        looks = np.random.default_rng(int(random.integers(2**31)))
        stride = 6.0 * time_s + phase
        result.append(Placed(z, partial(paint_pedestrian, x=x, z=z, stride=stride, random=looks)))
    return result


def _driving(seed: int, style: Style, side: int, time_s: float) -> list[Placed]:
    """Cars and bicycles on one side, in slots that move; left-hand traffic, as in CamVid."""
    oncoming = side > 0
    # Who drives ahead keeps the camera's speed: at another one the two would collide.
    cars = -CAR_M_S if oncoming else style.speed_m_s
    result = []
    for slot, z, random in _moving_slots(seed, style, side, "car", cars, time_s):
        taken = random.uniform() < style.traffic * 0.5 and slot % 2 == 0
        if taken and (oncoming or z >= NEAREST_CAR_AHEAD_M):
            x = side * 0.42 * style.road_half_m - style.lane_m
            car = partial(paint_car, x=x, z=z, oncoming=oncoming, random=random)
            result.append(Placed(z, car))
    bicycles = -BICYCLE_M_S if oncoming else BICYCLE_M_S
    for slot, z, random in _moving_slots(seed, style, side, "bicycle", bicycles, time_s):
        if random.uniform() < BICYCLE_DENSITY:
            x = side * (style.road_half_m - 0.7) - style.lane_m
            stride = 5.0 * time_s + slot
            rider = partial(paint_bicyclist, x=x, z=z, stride=stride, random=random)
            result.append(Placed(z, rider))
    return result


def _moving_slots(
    seed: int, style: Style, side: int, kind: str, velocity: float, time_s: float
) -> Iterator[tuple[int, float, np.random.Generator]]:
    """Yields index, distance ahead and randomness of the slots in view of one kind of traffic."""
    shift = (style.speed_m_s - velocity) * time_s
    for slot in slots_in_view(shift):
        random = np.random.default_rng((seed, 8, side + 1, len(kind), slot + 2**31))
        yield slot, slot * SLOT_M + random.uniform(0.0, 3.0) - shift, random
