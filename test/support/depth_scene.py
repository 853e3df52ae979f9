# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A plane and a sphere of which the depth is computed: points made of it must lie on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DepthScene:
    """A sphere in front of a slanted plane, seen by a pinhole camera; metres and pixels."""

    width: int
    height: int
    fx: float = 400.0
    fy: float = 380.0
    cx: float = 340.25
    cy: float = 30.5
    # The plane is where normal . point == distance.
    normal: tuple[float, float, float] = (0.24, -0.32, 0.9165151389911681)
    distance: float = 4.0
    centre: tuple[float, float, float] = (0.3, 0.02, 2.5)
    radius: float = 0.6

    @cached_property
    def rays(self) -> Floats:
        """Direction of each pixel, float64 (H, W, 3), scaled to z = 1."""
        rows, columns = np.mgrid[: self.height, : self.width].astype(np.float64)
        x, y = (columns - self.cx) / self.fx, (rows - self.cy) / self.fy
        return np.stack([x, y, np.ones_like(x)], axis=-1)

    @cached_property
    def depth(self) -> Floats:
        """Depth of the nearer of both at each pixel, float64 (H, W)."""
        plane = self.distance / (self.rays @ np.array(self.normal))
        return np.where(self.is_sphere, self._sphere, plane)

    @cached_property
    def is_sphere(self) -> NDArray[np.bool_]:
        """The pixels that see the sphere."""
        return np.isfinite(self._sphere)

    @cached_property
    def ranges(self) -> Floats:
        """Distance of each pixel's point from the lens, float64 (H, W)."""
        return np.asarray(self.depth * np.linalg.norm(self.rays, axis=-1))

    def errors(self, points: Floats) -> Floats:
        """Distance of points (H, W, 3) from the surface that their pixel sees."""
        sphere = np.abs(np.linalg.norm(points - np.array(self.centre), axis=-1) - self.radius)
        plane = np.abs(points @ np.array(self.normal) - self.distance)
        return np.where(self.is_sphere, sphere, plane)

    @cached_property
    def _sphere(self) -> Floats:
        """The nearer root of |z ray - centre|^2 = radius^2; NaN where there is none."""
        centre = np.array(self.centre)
        a, b = (self.rays**2).sum(axis=-1), self.rays @ centre
        discriminant = b**2 - a * (centre @ centre - self.radius**2)
        return (b - np.sqrt(np.where(discriminant >= 0.0, discriminant, np.nan))) / a
