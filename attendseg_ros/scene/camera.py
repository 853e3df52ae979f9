# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The pinhole camera that drives along the street."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEAREST_M = 0.8
Points = NDArray[np.float64]


@dataclass(frozen=True)
class Camera:
    """A camera looking along the street, in optical coordinates: x right, y down, z forward.

    Attributes:
        width: of the image, pixels.
        height: of the image, pixels.
        focal_length: pixels, the same in x and y.
        horizon: row of the horizon, pixels; the camera is level, its sensor shifted.
        height_m: of the lens above the road, metres.
    """

    width: int
    height: int
    focal_length: float
    horizon: float
    height_m: float

    @property
    def matrix(self) -> NDArray[np.float64]:
        """Intrinsics K, float64 (3, 3), as in sensor_msgs/CameraInfo."""
        f = self.focal_length
        return np.array([[f, 0.0, self.width / 2], [0.0, f, self.horizon], [0.0, 0.0, 1.0]])

    def project(self, points: Points, bend: float = 0.0) -> Points:
        """Projects points.

        Args:
            points: float64 (N, 3): x in metres right of the lens, y in metres above the road, z in
                metres ahead; nearer than NEAREST_M is taken to be at NEAREST_M.
            bend: curvature of the street in 1/m: what is z ahead lies bend * z * z to the right.

        Returns:
            float64 (N, 2): column and row in pixels.
        """
        depth = np.maximum(points[:, 2], NEAREST_M)
        scale = self.focal_length / depth
        pixels = np.empty((len(points), 2))
        pixels[:, 0] = (points[:, 0] + bend * depth * depth) * scale + self.width / 2
        pixels[:, 1] = (self.height_m - points[:, 1]) * scale + self.horizon
        return pixels
