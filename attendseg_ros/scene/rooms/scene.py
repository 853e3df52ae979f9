# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The rooms: images of a robot's drive through a building, with exact labels."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.labels.indoor import IndoorClass
from attendseg_ros.scene.frame import SceneFrame, check_scene
from attendseg_ros.scene.light import Light
from attendseg_ros.scene.rooms.building import Building, draw_building
from attendseg_ros.scene.rooms.depth_buffer import FIRST_FACE, FLOOR, DepthBuffer
from attendseg_ros.scene.rooms.eye import Eye
from attendseg_ros.scene.rooms.shading import Shading
from attendseg_ros.scene.rooms.style import RoomStyle, draw_style

HEIGHTS_M = (0.1, 1.2)
PITCHES_DEG = (-25.0, 10.0)
FIELDS_OF_VIEW_DEG = (50.0, 110.0)
LARGEST_ROLL_DEG = 2.0


class RoomScene:
    """A drive through a building that a seed describes completely.

    What is rendered depends on nothing but seed, size and time: in any order of calls and in any
    process the same frame has the same bytes.
    """

    def __init__(self, seed: int, width: int = 640, height: int = 480) -> None:
        """Prepares a building.

        Args:
            seed: at least 0; buildings of different seeds differ in plan, looks, light and camera.
            width: of the images, pixels.
            height: of the images, pixels.

        Raises:
            ValueError: if the seed is negative or a side is below 16 pixels.
        """
        check_scene(seed, width, height)
        self._style: RoomStyle = draw_style(seed)
        self._eye = _draw_eye(seed, width, height)
        self._building: Building = draw_building(seed, self._style)
        faces = self._building.faces
        self._depths = DepthBuffer(self._eye, faces, self._style.ceiling_m, self._building.holes)
        self._shading = Shading(self._eye, self._building, self._style, seed)
        self._classes = np.full(FIRST_FACE + len(faces.classes), int(IndoorClass.WALL), np.uint8)
        self._classes[FLOOR] = int(IndoorClass.FLOOR)
        self._classes[FIRST_FACE:] = faces.classes
        self._light = Light(self._style, width, height, seed)

    @property
    def camera_matrix(self) -> NDArray[np.float64]:
        """Intrinsics K, float64 (3, 3)."""
        return self._eye.matrix

    @property
    def eye(self) -> Eye:
        """The camera on the robot."""
        return self._eye

    @property
    def building(self) -> Building:
        """What the robot drives through."""
        return self._building

    def render(self, time_s: float) -> SceneFrame:
        """Renders the scene at a time in seconds, at least 0."""
        pose = self._building.route.pose(time_s)
        seen = self._depths.look(pose)
        labels = self._classes[seen.ids]
        return SceneFrame(self._light.apply(self._shading.colors(seen, pose), time_s), labels)


def _draw_eye(seed: int, width: int, height: int) -> Eye:
    random = np.random.default_rng((seed, 20))
    field_of_view = math.radians(random.uniform(*FIELDS_OF_VIEW_DEG))
    low, high = HEIGHTS_M
    return Eye(
        width,
        height,
        focal_length=width / 2 / math.tan(field_of_view / 2),
        # Most robots are low: heights are even on a logarithmic scale.
        height_m=float(low * (high / low) ** random.uniform()),
        pitch=math.radians(random.uniform(*PITCHES_DEG)),
        roll=math.radians(random.uniform(-LARGEST_ROLL_DEG, LARGEST_ROLL_DEG)),
    )
