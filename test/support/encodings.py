# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""RGB images written in every encoding the node reads, by the encodings' definitions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]

COLOUR_ENCODINGS = (
    "rgb8",
    "bgr8",
    "rgba8",
    "bgra8",
    "8UC3",
    "8UC4",
    "rgb16",
    "bgr16",
    "rgba16",
    "bgra16",
    "16UC3",
    "16UC4",
    "32FC3",
    "32FC4",
    "yuv422",
    "uyvy",
    "yuv422_yuy2",
    "yuyv",
    *(f"bayer_{order}{depth}" for order in ("rggb", "bggr", "gbrg", "grbg") for depth in (8, 16)),
)
"""Those that hold colours."""

GREY_ENCODINGS = ("mono8", "mono16", "8UC1", "16UC1", "32FC1")
"""Those that hold one brightness."""

_16_BITS = 65535 // 255


def encode(rgb: Rgb, encoding: str) -> NDArray[np.generic]:
    """Writes an RGB image in a colour encoding.

    Args:
        rgb: uint8 (H, W, 3); for YUV and bayer of even width and height.
        encoding: one of `COLOUR_ENCODINGS`.

    Returns:
        The pixels in the encoding's type, (H, W) or (H, W, C).
    """
    if encoding.startswith("bayer"):
        return _deep(_mosaic(rgb, encoding[6:10]), encoding)
    if encoding in ("yuv422", "uyvy"):
        return _yuv(rgb, luma_first=False)
    if encoding in ("yuv422_yuy2", "yuyv"):
        return _yuv(rgb, luma_first=True)
    pixels = rgb[..., ::-1] if not encoding.startswith("rgb") else rgb
    if encoding.endswith("C4") or "a" in encoding:
        # Alpha must not matter: noise.
        alpha = np.arange(rgb.shape[0] * rgb.shape[1]).reshape(rgb.shape[:2]) % 256
        pixels = np.dstack([pixels, alpha.astype(np.uint8)])
    return _deep(pixels, encoding)


def encode_grey(grey: NDArray[np.uint8], encoding: str) -> NDArray[np.generic]:
    """Writes a brightness image, uint8 (H, W), in one of `GREY_ENCODINGS`."""
    return _deep(grey, encoding)


def _deep(pixels: NDArray[np.uint8], encoding: str) -> NDArray[np.generic]:
    if "32F" in encoding:
        return (pixels / 255.0).astype(np.float32)
    if "16" in encoding:
        return pixels.astype(np.uint16) * _16_BITS
    return pixels


def _mosaic(rgb: Rgb, order: str) -> NDArray[np.uint8]:
    """Each pixel keeps the one colour its filter lets through; order names a 2x2 block by rows."""
    channels = np.array(["rgb".index(letter) for letter in order]).reshape(2, 2)
    rows, columns = np.indices(rgb.shape[:2])
    which = channels[rows % 2, columns % 2]
    return np.take_along_axis(rgb, which[..., None], axis=2)[..., 0]


def _yuv(rgb: Rgb, *, luma_first: bool) -> NDArray[np.uint8]:
    """ITU-R BT.601, limited range; two pixels share their mean colour difference."""
    red, green, blue = np.moveaxis(rgb.astype(float), 2, 0)
    luma = 16 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255
    u = 128 + (-37.797 * red - 74.203 * green + 112.0 * blue) / 255
    v = 128 + (112.0 * red - 93.786 * green - 18.214 * blue) / 255
    chroma = np.empty_like(luma)
    chroma[:, 0::2] = (u[:, 0::2] + u[:, 1::2]) / 2
    chroma[:, 1::2] = (v[:, 0::2] + v[:, 1::2]) / 2
    pair = (luma, chroma) if luma_first else (chroma, luma)
    return np.rint(np.dstack(pair)).astype(np.uint8)
