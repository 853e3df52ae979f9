# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where everything on a street is at a moment: a pure function of the seed and the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from attendseg_ros.scene.furniture import Lamp, Sign, TrafficLight, Tree
from attendseg_ros.scene.painter import Painter
from attendseg_ros.scene.road_users import Bicyclist, Car, Pedestrian
from attendseg_ros.scene.style import Style, style_for

VIEW_M = 95.0
SLOT_M = 9.0
NEAREST_OBJECT_M = 2.2
NEAREST_CAR_AHEAD_M = 7.0
CAR_M_S = 8.0
BICYCLE_M_S = 4.5
BICYCLE_DENSITY = 0.22
# Slots stay in view for many frames, and drawing one takes longer than painting it.
CACHED_SLOTS = 4096


@dataclass(frozen=True)
class Placed:
    """Something to paint, z metres ahead."""

    z: float
    paint: Callable[[Painter], None]


@dataclass(frozen=True)
class StandingSlot:
    """What stands on one side in a slot, with distances in metres from the slot's beginning."""

    start: float
    post: Lamp | Sign | TrafficLight | None
    tree: Tree | None
    tree_after: float
    car: Car | None


@dataclass(frozen=True)
class Walker:
    """A pedestrian who goes back and forth in a slot, and the constants of that motion."""

    x: float
    pace: float
    phase: float
    who: Pedestrian


@dataclass(frozen=True)
class MovingSlot:
    """What travels in a slot that moves along the street."""

    start: float
    car: Car | None
    bicyclist: Bicyclist | None


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
            placed += _walking(seed, side, slot, travelled, time_s)
        placed += _driving(seed, style, side, time_s)
    visible = [p for p in placed if NEAREST_OBJECT_M < p.z < VIEW_M]
    return sorted(visible, key=lambda p: -p.z)


def _standing(seed: int, style: Style, side: int, slot: int, travelled: float) -> list[Placed]:
    drawn = standing_slot(seed, side, slot)
    z = slot * SLOT_M + drawn.start - travelled
    result: list[Placed] = []
    if drawn.post:
        kerb = side * (style.road_half_m + 0.5) - style.lane_m
        result.append(Placed(z, partial(drawn.post.paint, x=kerb, z=z)))
    if drawn.tree:
        trunk = side * (style.road_half_m + 0.7 * style.pavement_m) - style.lane_m
        tree_z = z + drawn.tree_after
        result.append(Placed(tree_z, partial(drawn.tree.paint, x=trunk, z=tree_z)))
    if drawn.car:
        car_x = side * (style.road_half_m - 1.0) - style.lane_m
        car_z = z + 2.5
        result.append(Placed(car_z, partial(drawn.car.paint, x=car_x, z=car_z, oncoming=side > 0)))
    return result


@lru_cache(maxsize=CACHED_SLOTS)
def standing_slot(seed: int, side: int, slot: int) -> StandingSlot:
    """Draws what stands in a slot: side -1 is left, 1 right; slots count along the street."""
    style = style_for(seed)
    random = np.random.default_rng((seed, 4, side + 1, slot + 2**31))
    start = random.uniform(0.0, 2.0)
    kind = random.uniform()
    post: Lamp | Sign | TrafficLight | None = None
    if kind < 0.3:
        post = Lamp.draw(random, side)
    elif kind < 0.55:
        post = Sign.draw(random)
    elif kind < 0.65:
        post = TrafficLight.draw(random)
    others = np.random.default_rng((seed, 5, side + 1, slot + 2**31))
    tree_after = others.uniform(3.0, 5.0)
    has_tree = others.uniform() < style.tree_density * 0.6
    has_car = others.uniform() < style.parking
    tree = Tree.draw(others, style.leaves) if has_tree else None
    looks = np.random.default_rng((seed, 6, side + 1, slot + 2**31))
    return StandingSlot(start, post, tree, tree_after, Car.draw(looks) if has_car else None)


def _walking(seed: int, side: int, slot: int, travelled: float, time_s: float) -> list[Placed]:
    result = []
    for walker in walkers(seed, side, slot):
        # Back and forth within the slot: people never leave it, so a slot holds them for ever.
        swing = float(np.sin(walker.pace * time_s + walker.phase))
        z = (slot + 0.5) * SLOT_M + 0.5 * SLOT_M * swing - travelled
        stride = 6.0 * time_s + walker.phase
        result.append(Placed(z, partial(walker.who.paint, x=walker.x, z=z, stride=stride)))
    return result


@lru_cache(maxsize=CACHED_SLOTS)
def walkers(seed: int, side: int, slot: int) -> tuple[Walker, ...]:
    """Draws the people who walk in a slot; arguments as in standing_slot()."""
    style = style_for(seed)
    random = np.random.default_rng((seed, 7, side + 1, slot + 2**31))
    if random.uniform() > style.people:
        return ()
    result = []
    for _ in range(int(random.integers(1, 4))):
        aside = style.road_half_m + random.uniform(0.25, 0.95) * style.pavement_m
        pace, phase = random.uniform(0.2, 0.5), random.uniform(0.0, 2 * np.pi)
        looks = np.random.default_rng(int(random.integers(2**31)))
        who = Pedestrian.draw(looks)
        result.append(Walker(side * aside - style.lane_m, pace, phase, who))
    return tuple(result)


def _driving(seed: int, style: Style, side: int, time_s: float) -> list[Placed]:
    """Cars and bicycles on one side, in slots that move; left-hand traffic, as in CamVid."""
    oncoming = side > 0
    # Who drives ahead keeps the camera's speed: at another one the two would collide.
    cars = -CAR_M_S if oncoming else style.speed_m_s
    result = []
    shift = (style.speed_m_s - cars) * time_s
    for slot in slots_in_view(shift):
        drawn = moving_slot(seed, side, "car", slot)
        z = slot * SLOT_M + drawn.start - shift
        if drawn.car and (oncoming or z >= NEAREST_CAR_AHEAD_M):
            x = side * 0.42 * style.road_half_m - style.lane_m
            result.append(Placed(z, partial(drawn.car.paint, x=x, z=z, oncoming=oncoming)))
    shift = (style.speed_m_s - (-BICYCLE_M_S if oncoming else BICYCLE_M_S)) * time_s
    for slot in slots_in_view(shift):
        drawn = moving_slot(seed, side, "bicycle", slot)
        z = slot * SLOT_M + drawn.start - shift
        if drawn.bicyclist:
            x = side * (style.road_half_m - 0.7) - style.lane_m
            stride = 5.0 * time_s + slot
            result.append(Placed(z, partial(drawn.bicyclist.paint, x=x, z=z, stride=stride)))
    return result


@lru_cache(maxsize=CACHED_SLOTS)
def moving_slot(seed: int, side: int, kind: str, slot: int) -> MovingSlot:
    """Draws a slot of one kind of traffic, "car" or "bicycle"; others as in standing_slot()."""
    random = np.random.default_rng((seed, 8, side + 1, len(kind), slot + 2**31))
    start = random.uniform(0.0, 3.0)
    chance = random.uniform()
    if kind == "bicycle":
        bicyclist = Bicyclist.draw(random) if chance < BICYCLE_DENSITY else None
        return MovingSlot(start, None, bicyclist)
    taken = chance < style_for(seed).traffic * 0.5 and slot % 2 == 0
    return MovingSlot(start, Car.draw(random) if taken else None, None)
