# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""equidistant: what OpenCV's fisheye calibrates."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.geometry.distortion import CLOSE, STEPS, TABLE, Floats, first_root


class Equidistant:
    """A fisheye: the angle to the axis, not its tangent, makes the radius (Kannala and Brandt).

    Rays from the side and from behind are rays to it, up to where the polynomial turns back.
    """

    def __init__(self, coefficients: Sequence[float]) -> None:
        """Takes k1 k2 k3 k4."""
        self._powers = np.array([1.0, *coefficients])
        slope = [(2 * power + 1) * value for power, value in enumerate(self._powers)]
        self.largest = min(sqrt(first_root(slope)), pi)

    def bend(self, points: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """See `Distortion`; a point straight behind has no place."""
        x, y, z = points[..., 0], points[..., 1], points[..., 2]
        aside = np.sqrt(x * x + y * y)
        angle = np.arctan2(aside, z)
        with np.errstate(invalid="ignore"):
            valid = (angle < self.largest) & ((aside > 0.0) | (z > 0.0))
        # On the axis there is no direction, and the radius is 0.
        scale = np.divide(self._radius(angle), aside, out=np.zeros_like(aside), where=aside > 0.0)
        return x * scale, y * scale, valid

    def unbend(self, x: Floats, y: Floats) -> Floats:
        """See `Distortion`: the angle by a table, then Newton's steps."""
        x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
        radius = np.hypot(x, y)
        table = np.linspace(0.0, self.largest, TABLE)
        reach = self._radius(table)
        angle = np.interp(radius, reach, table)
        slope = self._powers * (2 * np.arange(5) + 1)
        with np.errstate(all="ignore"):
            for _ in range(STEPS):
                rise = np.polynomial.polynomial.polyval(angle**2, slope)
                angle = angle - (self._radius(angle) - radius) / rise
            fits = (np.abs(self._radius(angle) - radius) < CLOSE) & (angle < self.largest)
        angle = np.where(fits & (angle >= 0.0), angle, np.nan)
        aside = np.divide(np.sin(angle), radius, out=np.ones_like(radius), where=radius > 0.0)
        return np.stack([x * aside, y * aside, np.cos(angle)], axis=-1)

    def _radius(self, angle: Floats) -> Floats:
        squared = angle * angle
        k1, k2, k3, k4 = map(float, self._powers[1:])
        gain = 1.0 + squared * (k1 + squared * (k2 + squared * (k3 + squared * k4)))
        return np.asarray(angle * gain)
