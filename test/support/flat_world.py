# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A flat road with upright walls, seen by a camera of any lens and pose: its labels are exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.geometry import Lens
from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.navigation.ground_plane import CameraPose


@dataclass(frozen=True)
class Wall:
    """An upright wall across the view, in the ground frame: x is ahead, y to the left.

    Attributes:
        x: metres ahead.
        left: its left end, y.
        right: its right end, y.
        height_m: of its top.
    """

    x: float
    left: float = 100.0
    right: float = -100.0
    height_m: float = 2.0


def labels(lens: Lens, pose: CameraPose, walls: Sequence[Wall] = ()) -> NDArray[np.uint8]:
    """CamVid's ids, uint8 (H, W): road below, buildings where walls stand, sky above."""
    rays: NDArray[Any] = lens.directions.astype(np.float64) @ pose.matrix.T
    at = np.array(pose.position)
    with np.errstate(all="ignore"):
        nearest = np.where(rays[..., 2] < 0.0, -at[2] / rays[..., 2], np.inf)
        ids = np.where(np.isfinite(nearest), CamVidClass.ROAD, CamVidClass.SKY).astype(np.uint8)
        for wall in walls:
            far = (wall.x - at[0]) / rays[..., 0]
            y, z = at[1] + far * rays[..., 1], at[2] + far * rays[..., 2]
            hit = (far > 0.0) & (far < nearest) & (y <= wall.left) & (y >= wall.right)
            hit &= (z >= 0.0) & (z <= wall.height_m)
            ids[hit] = CamVidClass.BUILDING
            nearest = np.where(hit, far, nearest)
    return ids
