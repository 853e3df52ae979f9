# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Transforms as people write them into parameters: 16 numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def rigid(values: Sequence[float]) -> NDArray[np.float64]:
    """A transform from 16 numbers, row by row.

    Returns:
        float64 (4, 4).

    Raises:
        ValueError: they are no rotation and translation; the message says what is wrong.
    """
    if len(values) != 16:
        raise ValueError(f"it must have 16 numbers, four rows of four, got {len(values)}")
    matrix = np.array(values, np.float64).reshape(4, 4)
    if not np.isfinite(matrix).all():
        raise ValueError("it must have finite numbers only")
    if not np.allclose(matrix[3], (0.0, 0.0, 0.0, 1.0)):
        raise ValueError(f"its last row must be 0, 0, 0, 1, got {matrix[3].tolist()}")
    rotation = matrix[:3, :3]
    if not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-3):
        raise ValueError(
            "its first three rows and columns are no rotation: their rows must be at right angles "
            "and of length 1"
        )
    if np.linalg.det(rotation) < 0.0:
        raise ValueError("its first three rows and columns mirror: their determinant must be 1")
    return matrix
