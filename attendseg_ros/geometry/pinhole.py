# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The pinhole camera backwards: from a pixel and its depth to a point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Intrinsics:
    """A pinhole camera without distortion (a rectified image), all in pixels.

    Attributes:
        fx: focal length along a row.
        fy: focal length along a column.
        cx: column of the principal point; the centre of pixel 0 is at 0.0.
        cy: row of the principal point.
        width: of the image.
        height: of the image.
    """

    fx: float
    fy: float
    cx: float
    cy: float
    width: int
    height: int


class Rays:
    """The direction in which each pixel looks, computed once for a camera.

    Coordinates are those of an optical frame (REP 103): x right, y down, z forward.
    """

    def __init__(self, camera: Intrinsics) -> None:
        """Computes the directions, scaled to z = 1."""
        self.camera = camera
        columns = np.arange(camera.width, dtype=np.float64)
        rows = np.arange(camera.height, dtype=np.float64)
        x = (columns - camera.cx) / camera.fx
        y = (rows - camera.cy) / camera.fy
        self._x = x.astype(np.float32)
        self._y = y.astype(np.float32)[:, None]
        self._lengths = np.sqrt(1.0 + x**2 + y[:, None] ** 2).astype(np.float32)

    def ranges(self, depth: Floats) -> Floats:
        """Distances of the points from the lens.

        Args:
            depth: float32 (H, W), z in metres; NaN stays NaN.

        Returns:
            float32 (H, W), metres.
        """
        return np.multiply(depth, self._lengths)

    def deproject(self, depth: Floats, x: Floats, y: Floats) -> None:
        """Computes x and y of every point: z times the pixel's direction.

        Args:
            depth: float32 (H, W), z in metres; NaN makes x and y NaN.
            x: float32 (H, W), written; may be a field of a structured array.
            y: float32 (H, W), written.
        """
        np.multiply(depth, self._x, out=x)
        np.multiply(depth, self._y, out=y)
