# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a mask and a pose contradict each other: no level ground is seen above the horizon."""

from __future__ import annotations

from math import nan, radians, sin

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.geometry import Lens
from attendseg_ros.navigation.ground_plane import CameraPose
from attendseg_ros.navigation.traversability import FREE

MOST_ABOVE = 0.2
"""Share of the free ground that may seem to lie above it. Of level ground none does; where the way
ahead rises by 12 degrees it is as much, and places are wrong as well."""

_MARGIN_DEG = 3.0
"""By how much above the horizon it is to be: what a robot nods by, and a soft border in a mask."""

_SAMPLES = 48
"""Along the longer side."""

_LEAST = 0.02
"""Share of the image that is free, below which it tells nothing."""


class Horizon:
    """Where a camera's horizon is in its image."""

    def __init__(self, lens: Lens, pose: CameraPose) -> None:
        """Looks up a few pixels.

        Args:
            lens: of the mask.
            pose: of the camera above the ground.
        """
        width, height = lens.camera.width, lens.camera.height
        step = max(1, max(width, height) // _SAMPLES)
        self._rows, self._columns = slice(step // 2, None, step), slice(step // 2, None, step)
        rows, columns = np.mgrid[step // 2 : height : step, step // 2 : width : step]
        up = lens.unproject(columns, rows) @ pose.matrix[2]
        with np.errstate(invalid="ignore"):
            self._above: NDArray[np.bool_] = up > sin(radians(_MARGIN_DEG))

    def free_above(self, occupancy: NDArray[np.uint8]) -> float:
        """The share of the free ground that is seen above the horizon.

        Args:
            occupancy: uint8 (H, W) of the mask.

        Returns:
            0.0 to 1.0; NaN where hardly anything is free.
        """
        free = occupancy[self._rows, self._columns] == FREE
        count = np.count_nonzero(free)
        if count < max(1.0, _LEAST * free.size):
            return nan
        return float(np.count_nonzero(free & self._above) / count)
