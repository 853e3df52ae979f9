# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The pinhole camera backwards: from a pixel and its depth to a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Intrinsics:
    """The matrix of a camera and the size of its image, all in pixels.

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

    def __init__(self, camera: Intrinsics, x: Any = None, y: Any = None) -> None:
        """Takes the directions, scaled to z = 1, or computes those of a pinhole.

        Args:
            camera: whose pixels they are.
            x: (H, W), NaN where a pixel sees nothing ahead; None is a pinhole.
            y: (H, W).
        """
        self.camera = camera
        if x is None or y is None:
            # One row and one column say it all.
            x = ((np.arange(camera.width) - camera.cx) / camera.fx)[None]
            y = ((np.arange(camera.height) - camera.cy) / camera.fy)[:, None]
        self.x: Floats = x.astype(np.float32)
        self.y: Floats = y.astype(np.float32)
        lengths = np.sqrt(1.0 + x.astype(np.float64) ** 2 + y.astype(np.float64) ** 2)
        self._lengths = lengths.astype(np.float32)

    def ranges(self, depth: Floats) -> Floats:
        """Distances of the points from the lens.

        Args:
            depth: float32 (H, W), z in metres; NaN stays NaN.

        Returns:
            float32 (H, W), metres.
        """
        ranges: Floats = np.multiply(depth, self._lengths)
        return ranges

    def deproject(self, depth: Floats, x: Floats, y: Floats) -> None:
        """Computes x and y of every point: z times the pixel's direction.

        Args:
            depth: float32 (H, W), z in metres; NaN makes x and y NaN.
            x: float32 (H, W), written; may be a field of a structured array.
            y: float32 (H, W), written.
        """
        np.multiply(depth, self.x, out=x)
        np.multiply(depth, self.y, out=y)
