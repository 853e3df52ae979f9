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
        self._size = size
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
            _scale(four_channels, self._size, self._with_alpha)
            code = cv2.COLOR_BGRA2RGB if backwards else cv2.COLOR_RGBA2RGB
            cv2.cvtColor(self._with_alpha, code, dst=self._result)
        elif rgb.strides[2] == 0:
            _scale(rgb[..., 0], self._size, self._gray)
            cv2.cvtColor(self._gray, cv2.COLOR_GRAY2RGB, dst=self._result)
        elif backwards:
            _scale(rgb[..., ::-1], self._size, self._result)
            cv2.cvtColor(self._result, cv2.COLOR_BGR2RGB, dst=self._result)
        elif rgb.shape == self._result.shape and rgb.flags.c_contiguous:
            return rgb
        else:
            _scale(rgb, self._size, self._result)
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


def _scale(image: Image, size: tuple[int, int], out: Image) -> None:
    """Bilinear, after halving an image of more than twice the size, so that no pixel is skipped.

    Halving twice 1920x1080 takes a fraction of the time of INTER_AREA, for the same purpose.
    """
    height, width = image.shape[:2]
    while width >= 2 * size[0] and height >= 2 * size[1]:
        width, height = width // 2, height // 2
        image = np.asarray(cv2.resize(image, (width, height)), np.uint8)
    cv2.resize(image, size, dst=out)
