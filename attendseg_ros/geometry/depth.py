# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Depth images as cameras send them to metres, NaN where nothing was measured (REP 118)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

MILLIMETRE = np.float32(0.001)


def to_depth(metres: NDArray[Any]) -> NDArray[np.float32]:
    """Depth in metres, in any byte order, to depth with one mark for all that is invalid.

    Args:
        metres: (H, W), a float type of any byte order.

    Returns:
        A new float32 (H, W): metres, NaN where the depth is NaN, infinite, zero or negative.
    """
    depth = metres.astype(np.float32)
    # Comparisons with NaN are false, so that NaN ends up among what is not measured.
    measured = (depth > 0.0) & (depth < np.inf)
    depth[~measured] = np.nan
    return depth


def millimetres_to_depth(millimetres: NDArray[Any]) -> NDArray[np.float32]:
    """Depth in whole millimetres to metres.

    Args:
        millimetres: (H, W), an unsigned type of any byte order; 0 is not measured.

    Returns:
        A new float32 (H, W): metres, NaN where nothing was measured.
    """
    depth = millimetres.astype(np.float32)
    depth *= MILLIMETRE
    depth[depth == 0.0] = np.nan
    return depth
