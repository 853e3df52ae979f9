# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The street scene: images of a drive along an endless street, with exact labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.scene.buildings import (
    BLOCK_M,
    house_at,
    paint_fence,
    paint_garden,
    paint_house,
)
from attendseg_ros.scene.camera import Camera
from attendseg_ros.scene.frame import SceneFrame, check_scene
from attendseg_ros.scene.ground import Ground
from attendseg_ros.scene.light import Light
from attendseg_ros.scene.painter import Painter
from attendseg_ros.scene.sky import Sky
from attendseg_ros.scene.style import Style, style_for
from attendseg_ros.scene.traffic import objects_at

FACADE_VIEW_M = 150.0
LARGEST_BEND = 1.2e-3


class StreetScene:
    """A drive along a street that a seed describes completely.

    What is rendered depends on nothing but seed, size and time: in any order of calls and in any
    process the same frame has the same bytes.
    """

    def __init__(self, seed: int, width: int = 640, height: int = 480) -> None:
        """Prepares a street.

        Args:
            seed: at least 0; streets of different seeds differ in shape, weather and traffic.
            width: of the images, pixels.
            height: of the images, pixels.

        Raises:
            ValueError: if the seed is negative or a side is below 16 pixels.
        """
        check_scene(seed, width, height)
        random = np.random.default_rng((seed, 0))
        self._seed = seed
        self._style: Style = style_for(seed)
        self._camera = Camera(
            width,
            height,
            focal_length=width * random.uniform(0.75, 1.05),
            horizon=height * random.uniform(0.42, 0.55),
            height_m=random.uniform(1.15, 1.6),
        )
        self._bend_phase = random.uniform(0.0, 2 * np.pi)
        self._ground = Ground(self._style, self._camera, seed)
        self._sky = Sky(self._style, width, self._camera.horizon, seed)
        self._light = Light(self._style, width, height, seed)

    @property
    def camera_matrix(self) -> NDArray[np.float64]:
        """Intrinsics K, float64 (3, 3)."""
        return self._camera.matrix

    @property
    def camera(self) -> Camera:
        """The camera, level and above the road."""
        return self._camera

    def bend(self, time_s: float) -> float:
        """The street's curvature in 1/m: what is z metres ahead lies bend * z * z to the right."""
        travelled = self._style.speed_m_s * time_s
        return float(LARGEST_BEND * np.sin(travelled / 90.0 + self._bend_phase))

    def paint(self, painter: Painter, time_s: float) -> None:
        """Paints all that stands on the ground, from far to near."""
        self._paint_sides(painter, self._style.speed_m_s * time_s)
        for placed in objects_at(self._seed, self._style, time_s):
            placed.paint(painter)

    def render(self, time_s: float) -> SceneFrame:
        """Renders the scene at a time in seconds, at least 0."""
        shape = (self._camera.height, self._camera.width)
        rgb = np.empty((*shape, 3), np.uint8)
        labels = np.full(shape, int(CamVidClass.SKY), np.uint8)
        travelled, bend = self._style.speed_m_s * time_s, self.bend(time_s)
        self._sky.render(rgb, time_s)
        self._ground.render(rgb, labels, travelled, bend)
        painter = Painter(self._camera, rgb, labels, self._style.haze, bend)
        self.paint(painter, time_s)
        return SceneFrame(self._light.apply(rgb, time_s), labels)

    def _paint_sides(self, painter: Painter, travelled: float) -> None:
        first = int(np.floor(travelled / BLOCK_M))
        last = int((travelled + FACADE_VIEW_M) / BLOCK_M)
        for block in range(last, first - 1, -1):
            z0 = block * BLOCK_M - travelled
            for side in (-1, 1):
                house = house_at(self._seed, side, block)
                if not house.gap:
                    paint_house(painter, self._style, house, side, z0)
                    continue
                paint_garden(painter, self._style, self._seed, side, block, z0)
                paint_fence(painter, self._style, house, side, z0)
