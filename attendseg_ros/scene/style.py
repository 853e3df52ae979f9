# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What makes one street differ from another: everything drawn once from the seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from attendseg_ros.scene.painter import Color

BRICKS: tuple[Color, ...] = (
    (134, 92, 74),
    (160, 132, 104),
    (118, 104, 96),
    (188, 178, 160),
    (150, 110, 84),
    (205, 200, 190),
    (92, 84, 80),
    (172, 150, 120),
)


@dataclass(frozen=True)
class Style:
    """The constants of a street and its weather.

    Attributes:
        road_half_m: from the middle of the road to the kerb.
        pavement_m: width of each pavement.
        lane_m: from the middle of the road to the camera, to the right of it if positive.
        speed_m_s: of the camera.
        sunny: blue sky and hard shadows, else overcast.
        brightness: factor of the whole image.
        tint: factor of each colour channel.
        sky: colour of the sky at the top.
        haze: colour of the sky at the horizon and of what is far away.
        asphalt: grey level of the road.
        leaves: colour of the trees.
        tree_density: share of places that hold a tree.
        gap_density: share of blocks without a building.
        traffic: share of places that hold a moving car.
        parking: share of places that hold a parked car.
        people: share of places that hold a pedestrian.
    """

    road_half_m: float
    pavement_m: float
    lane_m: float
    speed_m_s: float
    sunny: bool
    brightness: float
    tint: Color
    sky: Color
    haze: Color
    asphalt: float
    leaves: Color
    tree_density: float
    gap_density: float
    traffic: float
    parking: float
    people: float

    @property
    def facade_m(self) -> float:
        """From the middle of the road to the facades."""
        return self.road_half_m + self.pavement_m


@lru_cache(maxsize=64)
def style_for(seed: int) -> Style:
    """Draws the style of a street."""
    random = np.random.default_rng((seed, 1))
    sunny = bool(random.uniform() < 0.5)
    road_half = random.uniform(3.8, 5.4)
    haze = random.uniform(195, 240)
    sky = (
        (random.uniform(90, 150), random.uniform(140, 190), random.uniform(200, 240))
        if sunny
        else (random.uniform(170, 215),) * 3
    )
    leaf = random.uniform(0.0, 1.0)
    tint = random.uniform(0.92, 1.08, 3)
    return Style(
        road_half_m=road_half,
        pavement_m=random.uniform(1.8, 4.5),
        lane_m=-random.uniform(0.25, 0.38) * road_half,
        speed_m_s=random.uniform(5.0, 10.0),
        sunny=sunny,
        brightness=random.uniform(0.62, 1.05) if sunny else random.uniform(0.55, 0.95),
        tint=(float(tint[0]), float(tint[1]), float(tint[2])),
        sky=sky,
        haze=(haze, haze, haze * random.uniform(0.97, 1.03)),
        asphalt=random.uniform(75, 125),
        leaves=(45 + 60 * leaf, 75 + 25 * leaf, 40 + 10 * leaf),
        tree_density=random.uniform(0.15, 0.75),
        gap_density=random.uniform(0.1, 0.35),
        traffic=random.uniform(0.25, 0.7),
        parking=random.uniform(0.1, 0.55),
        people=random.uniform(0.3, 0.8),
    )
