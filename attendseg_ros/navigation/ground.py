# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pixels to metres on the ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.navigation.disc import Disc

Floats = NDArray[Any]
Unproject = Callable[[Floats, Floats], Floats]
"""Columns and rows (...) to rays (..., 3) in the optical frame, NaN where a pixel sees nothing."""

RIM = 64
"""Places on the rim of a disc that are measured; between two of them it bulges by a thousandth."""


@dataclass(frozen=True)
class GroundView:
    """A camera that looks straight down on level ground.

    Attributes:
        unproject: the rays of its pixels, lens included.
        height_m: of the camera above the ground, metres.
    """

    unproject: Unproject
    height_m: float

    def radius_m(self, disc: Disc) -> float:
        """How far the rim of a disc in the image is from its centre on the ground, where nearest.

        NaN where the lens shows no ground at some place of the rim.
        """
        turn = np.linspace(0.0, 2.0 * np.pi, RIM, endpoint=False)
        columns = disc.x + disc.radius * np.cos(turn)
        rows = disc.y + disc.radius * np.sin(turn)
        rim = self._ground(columns, rows)
        centre = self._ground(np.array(disc.x), np.array(disc.y))
        # The smallest of numbers with a NaN among them is NaN.
        return float(np.hypot(*(rim - centre)[..., :2].T).min())

    def position(self, x: float, y: float) -> tuple[float, float, float]:
        """The ground that a pixel shows, in metres, in the camera's optical frame (REP 103).

        Returns:
            x to the right of the image, y down the image, z along the view; NaN where the lens
            shows no ground.
        """
        across, down, along = self._ground(np.array(x), np.array(y)).tolist()
        return across, down, along

    def _ground(self, columns: Floats, rows: Floats) -> Floats:
        rays = self.unproject(columns, rows)
        ahead = np.where(rays[..., 2:] > 0.0, rays[..., 2:], np.nan)
        points = rays / ahead * self.height_m
        # What was divided by itself is 1, but for its last digit.
        points[..., 2] = np.where(np.isnan(points[..., 2]), np.nan, self.height_m)
        return np.asarray(points)
