# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Random views of a labelled image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.labels import UNLABELLED

Pair = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""An image, RGB uint8 (H, W, 3), and its class ids, uint8 (H, W)."""


class PairSource(Protocol):
    """Anything that gives labelled images by index."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Pair: ...


# The value that the normalisation maps to zero, as the network's own padding does.
PADDING_VALUE = 128


@dataclass(frozen=True)
class Augmentation:
    """What may happen to a training image.

    Attributes:
        full_size: width and height that whole images are resized to in use; zoom 1 is that scale.
        crop_size: width and height of what comes out, pixels.
        min_zoom: smallest zoom.
        max_zoom: largest zoom.
        max_stretch: largest ratio by which width and height are scaled apart.
        max_colour_shift: largest relative change of brightness, contrast, saturation and of each
            colour channel's gain.
        blur_probability: share of images blurred slightly, as by motion or a dirty lens.
        noise_deviation: largest standard deviation of added noise, grey levels.
        max_rotation_deg: largest rotation either way, degrees; 180 for cameras that look straight
            down, where no side is up.
    """

    full_size: tuple[int, int]
    crop_size: tuple[int, int]
    min_zoom: float = 0.6
    max_zoom: float = 1.8
    max_stretch: float = 1.15
    max_colour_shift: float = 0.3
    blur_probability: float = 0.15
    noise_deviation: float = 6.0
    max_rotation_deg: float = 0.0

    def __call__(self, pair: Pair, random: np.random.Generator) -> Pair:
        """Returns a random view: RGB uint8 (h, w, 3), class ids uint8 (h, w) of the crop's size.

        The result depends only on the pair and the state of the generator.
        """
        rgb, labels = self._placed(pair, random)
        return self._recoloured(rgb, random), labels

    def _placed(self, pair: Pair, random: np.random.Generator) -> Pair:
        """Zooms, stretches, mirrors, turns and crops with one warp: nothing is resampled twice."""
        rgb, labels = pair
        zoom, matrix = self._view(rgb.shape[1], rgb.shape[0], random)
        # The warp looks at two pixels a side; where it shrinks by more, fine texture would flicker.
        factor = max(1, int(1.0 / zoom))
        if factor > 1:
            size = (rgb.shape[1] // factor, rgb.shape[0] // factor)
            rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        elif zoom < 0.8:
            rgb = cv2.GaussianBlur(rgb, (3, 3), 0).astype(np.uint8, copy=False)
        # A reduced pixel's centre is the middle of those that it stands for.
        middle = (factor - 1) / 2.0
        reduced = np.array([[factor, 0.0, middle], [0.0, factor, middle], [0.0, 0.0, 1.0]])
        placed_rgb = cv2.warpAffine(
            rgb,
            matrix @ reduced,
            self.crop_size,
            flags=cv2.INTER_LINEAR,
            borderValue=(PADDING_VALUE,) * 3,
        )
        placed_labels = cv2.warpAffine(
            labels, matrix, self.crop_size, flags=cv2.INTER_NEAREST, borderValue=(UNLABELLED,)
        )
        return placed_rgb.astype(np.uint8, copy=False), placed_labels.astype(np.uint8, copy=False)

    def _view(
        self, image_width: int, image_height: int, random: np.random.Generator
    ) -> tuple[float, NDArray[np.float64]]:
        """Returns a zoom and the affine map (2, 3) from the image's pixels to the crop's."""
        width, height = self.crop_size
        fit = max(self.full_size[0] / image_width, self.full_size[1] / image_height)
        zoom = fit * np.exp(random.uniform(np.log(self.min_zoom), np.log(self.max_zoom)))
        stretch = np.exp(random.uniform(-1.0, 1.0) * np.log(self.max_stretch) / 2)
        scale_x, scale_y = zoom * stretch, zoom / stretch
        # Positive: what hangs over and is cropped; negative: what is padded.
        excess_x = image_width * scale_x - width
        excess_y = image_height * scale_y - height
        offset_x = -excess_x * random.uniform()
        offset_y = -excess_y * random.uniform()
        if random.uniform() < 0.5:
            scale_x, offset_x = -scale_x, width - offset_x
        matrix = np.array([[scale_x, 0.0, offset_x], [0.0, scale_y, offset_y]])
        if self.max_rotation_deg > 0:
            angle = random.uniform(-self.max_rotation_deg, self.max_rotation_deg)
            turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
            matrix = turn @ np.vstack([matrix, [0.0, 0.0, 1.0]])
        return float(zoom), matrix

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
