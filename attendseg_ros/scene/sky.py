# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The sky: a gradient with clouds that drift."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.scene.style import Style


class Sky:
    """Renders everything above the horizon, before anything stands in front of it."""

    def __init__(self, style: Style, width: int, horizon: float, seed: int) -> None:
        random = np.random.default_rng((seed, 10))
        rows = max(int(np.ceil(horizon)) + 2, 1)
        blend = np.linspace(0.0, 1.0, rows)[:, None, None]
        gradient = np.array(style.sky) * (1 - blend) + np.array(style.haze) * blend
        clouds = np.zeros((rows, 2 * width), np.float32)
        for size, strength in ((80, 1.0), (40, 0.5), (20, 0.25)):
            shape = (rows // size + 2, 2 * width // size + 2)
            coarse = random.normal(0.0, strength, shape).astype(np.float32)
            clouds += cv2.resize(coarse, (2 * width, rows), interpolation=cv2.INTER_CUBIC)
        cover = np.clip(clouds + (0.0 if style.sunny else 0.4), 0.0, 1.0)[..., None] * 0.7
        painted = gradient * (1 - cover) + np.array([228.0, 228.0, 230.0]) * cover
        # Mirrored, the band has no seam however far it drifts.
        self._period = 2 * painted.shape[1]
        # One image width is repeated at the end, so that any window is a plain slice.
        parts = [painted, painted[:, ::-1], painted[:, :width]]
        self._band = np.concatenate(parts, axis=1).astype(np.uint8)
        self._drift = random.uniform(2.0, 8.0)

    def render(self, rgb: NDArray[np.uint8], time_s: float) -> None:
        """Paints the sky into the upper part of an image."""
        rows, width = min(self._band.shape[0], rgb.shape[0]), rgb.shape[1]
        start = int(self._drift * time_s) % self._period
        rgb[:rows] = self._band[:rows, start : start + width]
