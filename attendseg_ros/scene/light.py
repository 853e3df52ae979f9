# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Light and lens: what a camera adds to a scene."""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.scene.painter import Color

NOISE_MARGIN = 64


class Look(Protocol):
    """What light and lens are told of a scene's style."""

    @property
    def brightness(self) -> float:
        """Factor of the whole image."""

    @property
    def tint(self) -> Color:
        """Factor of each colour channel."""


class Light:
    """Exposure that drifts, a tint, vignetting, a little blur and sensor noise."""

    def __init__(self, style: Look, width: int, height: int, seed: int) -> None:
        random = np.random.default_rng((seed, 9))
        self._style = style
        self._phase = random.uniform(0.0, 2 * np.pi, 2)
        y, x = np.mgrid[-1.0 : 1.0 : height * 1j, -1.0 : 1.0 : width * 1j]
        vignette = 1.0 - random.uniform(0.05, 0.2) * (x * x + y * y) / 2
        # A fixed-point gain: multiplying bytes by it is one pass of cv2.multiply.
        self._gain = (vignette[..., None] * np.array(style.tint)).astype(np.float32)
        strength = random.uniform(1.5, 5.0)
        shape = (height + NOISE_MARGIN, width + NOISE_MARGIN, 3)
        self._noise = random.normal(0.0, strength, shape).astype(np.int16)
        self._seed = seed

    def exposure(self, time_s: float) -> float:
        """Brightness factor at a time: clouds pass, and the camera's exposure follows late."""
        slow = np.sin(0.21 * time_s + self._phase[0])
        fast = np.sin(0.83 * time_s + self._phase[1])
        return float(self._style.brightness * (1.0 + 0.12 * slow + 0.05 * fast))

    def apply(self, rgb: NDArray[np.uint8], time_s: float) -> NDArray[np.uint8]:
        """Returns the image as the camera sees it, uint8 (H, W, 3)."""
        height, width = rgb.shape[:2]
        soft = cv2.GaussianBlur(rgb, (3, 3), 0.6)
        lit = cv2.multiply(soft, self._gain, scale=self.exposure(time_s), dtype=cv2.CV_16S)
        # Noise is a window into a fixed field; the time alone says which.
        random = np.random.default_rng((self._seed, int(time_s * 1e6) + 2**40))
        row, column = random.integers(NOISE_MARGIN, size=2)
        noise = self._noise[row : row + height, column : column + width]
        return np.asarray(cv2.add(lit, noise, dtype=cv2.CV_8U), np.uint8)
