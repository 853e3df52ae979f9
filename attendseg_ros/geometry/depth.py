# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Depth images as cameras send them to metres, NaN where nothing was measured (REP 118)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

MILLIMETRE = np.float32(0.001)

FARTHEST_M = np.float32(1_000.0)
"""No camera measures as far. Some drivers write the largest number of their type for nothing, where
REP 118 has NaN, and some write millimetres as floats: a height of either would make a foot of
ground a landing place.
"""


def to_depth(metres: NDArray[Any]) -> NDArray[np.float32]:
    """Depth in metres, in any byte order, to depth with one mark for all that is invalid.

    Args:
        metres: (H, W), a float type of any byte order.

    Returns:
        A new float32 (H, W): metres, NaN where the depth is NaN, zero, negative or beyond
        `FARTHEST_M`.
    """
    depth = metres.astype(np.float32)
    # Comparisons with NaN are false, so that NaN ends up among what is not measured.
    measured = (depth > 0.0) & (depth <= FARTHEST_M)
    depth[~measured] = np.nan
    return depth


def millimetres_to_depth(millimetres: NDArray[Any]) -> NDArray[np.float32]:
    """Depth in whole millimetres to metres.

    Args:
        millimetres: (H, W), an unsigned type of any byte order; 0 is not measured, nor is its
            largest number, which says no more than that it is not less.

    Returns:
        A new float32 (H, W): metres, NaN where nothing was measured.
    """
    depth = millimetres.astype(np.float32)
    depth *= MILLIMETRE
    depth[(millimetres == 0) | (millimetres == np.iinfo(millimetres.dtype).max)] = np.nan
    return depth
