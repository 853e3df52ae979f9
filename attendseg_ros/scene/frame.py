# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What every scene gives, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SMALLEST_SIDE = 16


@dataclass(frozen=True)
class SceneFrame:
    """One image and what is in it.

    Attributes:
        rgb: uint8 (H, W, 3).
        labels: uint8 (H, W), class ids of the scene's kind: `CamVidClass` or `IndoorClass`.
    """

    rgb: NDArray[np.uint8]
    labels: NDArray[np.uint8]


def check_scene(seed: int, width: int, height: int) -> None:
    """Checks what a scene is made from.

    Raises:
        ValueError: if the seed is negative or a side is below 16 pixels.
    """
    if seed < 0:
        raise ValueError(f"seed must be at least 0, got {seed}")
    if width < SMALLEST_SIDE or height < SMALLEST_SIDE:
        raise ValueError(
            f"the image must be at least {SMALLEST_SIDE}x{SMALLEST_SIDE}, got {width}x{height}"
        )
