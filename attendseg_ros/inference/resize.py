# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From any RGB image to the network's input size."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import ImageError

LARGEST_IMAGE_SIDE = 16384
"""Largest width and height of an image in pixels; more is taken for a broken message."""

LARGEST_STEP = 1.5
"""Most pixels between two samples: each pixel then has three quarters of its fair share."""

LARGEST_STEP_AFTER_HALVING = 1.7
"""The same where pixels are averages already: each then has half of its fair share."""

LEAST_STEP_AFTER_HALVING = 4 / 3
"""A side is halved where at least so many pixels are left for each that is wanted."""

_MOST_SAMPLES = 8

Image = NDArray[np.uint8]


def check_image(rgb: Image) -> None:
    """Refuses what cannot be an RGB image.

    Raises:
        ImageError: not a uint8 array (H, W, 3) of 1 to `LARGEST_IMAGE_SIDE` pixels a side.
    """
    if not isinstance(rgb, np.ndarray) or rgb.dtype != np.uint8 or rgb.ndim != 3:
        got = f"{rgb.dtype} {rgb.shape}" if isinstance(rgb, np.ndarray) else type(rgb).__name__
        raise ImageError(f"image must be a uint8 array (height, width, 3), got {got}")
    height, width, channels = rgb.shape
    if channels != 3:
        raise ImageError(f"image must have 3 channels (RGB), got {channels} in shape {rgb.shape}")
    if not (1 <= height <= LARGEST_IMAGE_SIDE and 1 <= width <= LARGEST_IMAGE_SIDE):
        raise ImageError(
            f"image must be 1 to {LARGEST_IMAGE_SIDE} pixels wide and high, got {width}x{height}"
        )


class Resizer:
    """Brings images to one size, keeping its working memory: one resizer, one thread at a time."""

    def __init__(self, size: tuple[int, int]) -> None:
        """Makes a resizer to a width and height in pixels."""
        self._scaler = _Scaler(size)
        self._result = np.empty((size[1], size[0], 3), np.uint8)
        self._with_alpha = np.empty((size[1], size[0], 4), np.uint8)
        self._gray = np.empty((size[1], size[0]), np.uint8)

    def resize(self, rgb: Image) -> Image:
        """Scales an image to the resizer's size, without keeping its aspect.

        Views are welcome: rows with padding, and BGR, RGBA, BGRA or grey images seen as RGB
        (`bgr[..., ::-1]`, `rgba[..., :3]`, `bgra[..., 2::-1]`,
        `np.broadcast_to(gray[..., None], (H, W, 3))`) are scaled as they lie in memory and only
        the small result is rearranged. OpenCV would copy such views pixel by pixel: 10 ms at
        1920x1080.

        Args:
            rgb: uint8 (H, W, 3).

        Returns:
            uint8 (height, width, 3), C-contiguous: `rgb` itself where it already fits, else memory
            of the resizer's that the next call overwrites.
        """
        if rgb.shape[:2] == (1, 1):
            # OpenCV 4.5.4 (Ubuntu 22.04) takes an array (1, 1, 3) for something else and fails.
            self._result[:] = rgb[0, 0]
            return self._result
        backwards = rgb.strides[2] < 0
        four_channels = _seen_without_alpha(rgb)
        if four_channels is not None:
            self._scaler.scale(four_channels, self._with_alpha)
            code = cv2.COLOR_BGRA2RGB if backwards else cv2.COLOR_RGBA2RGB
            cv2.cvtColor(self._with_alpha, code, dst=self._result)
        elif rgb.strides[2] == 0:
            self._scaler.scale(rgb[..., 0], self._gray)
            cv2.cvtColor(self._gray, cv2.COLOR_GRAY2RGB, dst=self._result)
        elif backwards:
            self._scaler.scale(rgb[..., ::-1], self._result)
            cv2.cvtColor(self._result, cv2.COLOR_BGR2RGB, dst=self._result)
        elif rgb.shape == self._result.shape and rgb.flags.c_contiguous:
            return rgb
        else:
            self._scaler.scale(rgb, self._result)
        return self._result


def _seen_without_alpha(rgb: Image) -> Image | None:
    """The uint8 (H, W, 4) image of which `rgb` shows three channels, or None if it is no such view.

    The fourth byte of the last pixel must lie within the memory the view was made from.
    """
    row, pixel, channel = rgb.strides
    height, width = rgb.shape[:2]
    whole = rgb.base
    if pixel != 4 or abs(channel) != 1 or row < 4 * width:
        return None
    if not isinstance(whole, np.ndarray) or min(whole.strides) < 0:
        return None
    forwards = rgb if channel == 1 else rgb[..., ::-1]
    first, start = _address(forwards), _address(whole)
    reach = sum((n - 1) * step for n, step in zip(whole.shape, whole.strides, strict=True))
    end = start + reach + whole.itemsize
    if first < start or end < first + (height - 1) * row + 4 * width:
        return None
    return np.lib.stride_tricks.as_strided(forwards, (height, width, 4), (row, 4, 1))


def _address(array: Image) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


class _Scaler:
    """Scales images of any number of channels, keeping the memory that lies between."""

    _MOST_KEPT = 4

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._kept: dict[tuple[int, ...], Image] = {}

    def scale(self, image: Image, out: Image) -> None:
        """Scales `image` to the size into `out`; every pixel of the image has its share in it.

        Bilinear sampling alone looks at two pixels a side: from twice the size on it skips some,
        and just below that it nearly does. So each axis is judged for itself, and where one
        shrinks too far for that, both are sampled more densely and the samples averaged by halves,
        which is OpenCV's fastest step. INTER_AREA does the same in three times the time.

        What was halved is an average already, and is sampled more thinly: 1920x1080 takes half the
        time, for as good labels (docs/performance.md).
        """
        target_width, target_height = self._size
        whole_height, whole_width = height, width = image.shape[:2]
        while True:
            halved = (_halved(width, target_width), _halved(height, target_height))
            if halved == (width, height):
                break
            width, height = halved
            # At exactly half the size a bilinear sample is the average.
            image = self._resized(image, halved, cv2.INTER_LINEAR)
        across = _samples(width, target_width, halved=width < whole_width)
        down = _samples(height, target_height, halved=height < whole_height)
        samples = max(across, down)
        if samples > _MOST_SAMPLES or samples > 2 * min(across, down):
            # Unusual aspects: averaged along the axes that shrink, stretched along the others.
            area = (
                target_width if across > 1 else width,
                target_height if down > 1 else height,
            )
            image = self._resized(image, area, cv2.INTER_AREA)
            samples = 1
        while samples > 1:
            dense = (target_width * samples, target_height * samples)
            image = self._resized(image, dense, cv2.INTER_LINEAR)
            samples //= 2
            if samples == 1:
                cv2.resize(image, self._size, dst=out, interpolation=cv2.INTER_AREA)
                return
        cv2.resize(image, self._size, dst=out)

    def _resized(self, image: Image, size: tuple[int, int], method: int) -> Image:
        if image.shape[:2] == size[::-1]:
            return image
        shape = (size[1], size[0], *image.shape[2:])
        if shape not in self._kept:
            if len(self._kept) >= self._MOST_KEPT:
                self._kept.clear()
            self._kept[shape] = np.empty(shape, np.uint8)
        cv2.resize(image, size, dst=self._kept[shape], interpolation=method)
        return self._kept[shape]


def _halved(size: int, target: int) -> int:
    large = size > 2 * LEAST_STEP_AFTER_HALVING * target
    return size // 2 if large and size % 2 == 0 else size


def _samples(size: int, target: int, *, halved: bool) -> int:
    """How many samples a side of an image takes for each pixel that is wanted: a power of two."""
    step = LARGEST_STEP_AFTER_HALVING if halved else LARGEST_STEP
    samples = 1
    while size > target * samples * step:
        samples *= 2
    return samples
