# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Random views of a labelled image."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.labels import UNLABELLED

Pair = tuple[NDArray[np.uint8], NDArray[np.uint8]]

# The value that the normalisation maps to zero, as the network's own padding does.
PADDING_VALUE = 128


@dataclass(frozen=True)
class Augmentation:
    """What may happen to a training image.

    Attributes:
        full_size: Width and height that whole images are resized to in use; zoom 1 is that scale.
        crop_size: Width and height of what comes out, pixels.
        min_scale: Smallest zoom.
        max_scale: Largest zoom.
        max_stretch: Largest ratio by which width and height are scaled apart.
        max_colour_shift: Largest relative change of brightness, contrast, saturation and of each
            colour channel's gain.
        blur_probability: Share of images blurred slightly, as by motion or a dirty lens.
        noise_deviation: Largest standard deviation of added noise, grey levels.
    """

    full_size: tuple[int, int]
    crop_size: tuple[int, int]
    min_scale: float = 0.6
    max_scale: float = 1.8
    max_stretch: float = 1.15
    max_colour_shift: float = 0.3
    blur_probability: float = 0.15
    noise_deviation: float = 6.0

    def __call__(self, pair: Pair, random: np.random.Generator) -> Pair:
        """Returns a random view: RGB uint8 (h, w, 3), class ids uint8 (h, w) of the crop's size.

        The result depends only on the pair and the state of the generator.
        """
        rgb, labels = self._placed(pair, random)
        return self._recoloured(rgb, random), labels

    def _placed(self, pair: Pair, random: np.random.Generator) -> Pair:
        """Zooms, stretches, mirrors and crops with one warp, so that nothing is resampled twice."""
        rgb, labels = pair
        width, height = self.crop_size
        fit = max(self.full_size[0] / rgb.shape[1], self.full_size[1] / rgb.shape[0])
        zoom = fit * np.exp(random.uniform(np.log(self.min_scale), np.log(self.max_scale)))
        stretch = np.exp(random.uniform(-1.0, 1.0) * np.log(self.max_stretch) / 2)
        scale_x, scale_y = zoom * stretch, zoom / stretch
        # Positive: what hangs over and is cropped; negative: what is padded.
        excess_x = rgb.shape[1] * scale_x - width
        excess_y = rgb.shape[0] * scale_y - height
        offset_x = -excess_x * random.uniform()
        offset_y = -excess_y * random.uniform()
        if random.uniform() < 0.5:
            scale_x, offset_x = -scale_x, width - offset_x
        matrix = np.array([[scale_x, 0.0, offset_x], [0.0, scale_y, offset_y]])
        shrinking = zoom < 0.8
        placed_rgb = cv2.warpAffine(
            cv2.GaussianBlur(rgb, (3, 3), 0) if shrinking else rgb,
            matrix,
            (width, height),
            flags=cv2.INTER_LINEAR,
            borderValue=(PADDING_VALUE,) * 3,
        )
        placed_labels = cv2.warpAffine(
            labels, matrix, (width, height), flags=cv2.INTER_NEAREST, borderValue=(UNLABELLED,)
        )
        return placed_rgb.astype(np.uint8, copy=False), placed_labels.astype(np.uint8, copy=False)

    def _recoloured(self, rgb: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
        shift = self.max_colour_shift
        image = rgb.astype(np.float32)
        gains = 1.0 + random.uniform(-shift, shift) + random.uniform(-shift, shift, 3) / 3
        contrast = 1.0 + random.uniform(-shift, shift)
        saturation = 1.0 + random.uniform(-shift, shift)
        grey = image.mean(axis=2, keepdims=True)
        image = (grey + (image - grey) * saturation) * gains.astype(np.float32)
        mean = float(image.mean())
        image = mean + (image - mean) * np.float32(contrast)
        if random.uniform() < self.blur_probability:
            image = cv2.GaussianBlur(image, (0, 0), random.uniform(0.5, 1.5)).astype(np.float32)
        deviation = random.uniform(0.0, self.noise_deviation)
        # Half-size noise costs a quarter and is as coarse as a camera's after demosaicing.
        noise = random.standard_normal(
            ((image.shape[0] + 1) // 2, (image.shape[1] + 1) // 2, 3), dtype=np.float32
        )
        noise = cv2.resize(noise, (image.shape[1], image.shape[0])).astype(np.float32)
        return np.asarray(np.clip(image + deviation * noise, 0, 255), np.uint8)
