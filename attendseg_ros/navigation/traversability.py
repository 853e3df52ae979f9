# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From class ids to free, occupied and unknown."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.labels import ClassTable

FREE, OCCUPIED, UNKNOWN = 0, 100, 255
"""As in `nav_msgs/OccupancyGrid`, whose unknown, -1, is 255 in a byte."""


def occupancy_of(
    classes: ClassTable, traversable: Iterable[str], obstacles: Iterable[str]
) -> NDArray[np.uint8]:
    """What each class id means for a robot.

    Args:
        classes: the model's.
        traversable: names of the classes that are free.
        obstacles: names of the classes that are occupied.

    Returns:
        uint8 (256,): `FREE`, `OCCUPIED` or, for every other id, `UNKNOWN`; a lookup table for
        `cv2.LUT`.

    Raises:
        ClassTableError: no class has a name; the message lists those there are.
    """
    table = np.full(256, UNKNOWN, np.uint8)
    for name in traversable:
        table[classes.id_of(name)] = FREE
    for name in obstacles:
        table[classes.id_of(name)] = OCCUPIED
    return table
