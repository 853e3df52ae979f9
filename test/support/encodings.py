# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""RGB images written in every encoding the node reads, by the encodings' definitions."""

from __future__ import annotations

import re

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
    "yvyu",
    "nv12",
    "nv21",
    "nv16",
    "nv24",
    "i420",
    "yv12",
    "i422",
    *(
        f"bayer_{order}{depth}"
        for order in ("rggb", "bggr", "gbrg", "grbg")
        for depth in (8, 10, 12, 16)
    ),
)
"""Those that hold colours."""

GREY_ENCODINGS = ("mono8", "mono10", "mono12", "mono16", "8UC1")
"""Those that hold one brightness."""

DEPTH_ENCODINGS = ("16UC1", "32FC1")
"""Those that hold distances (REP 118)."""


def encode(rgb: Rgb, encoding: str) -> NDArray[np.generic]:
    """Writes an RGB image in a colour encoding.

    Args:
        rgb: uint8 (H, W, 3); for YUV and bayer of even width and height.
        encoding: one of `COLOUR_ENCODINGS`.

    Returns:
        The pixels in the encoding's type, (H, W) or (H, W, C); the bytes of planes, (N,).
    """
    if encoding.startswith("bayer"):
        return _deep(_mosaic(rgb, encoding[6:10]), encoding)
    if encoding in _PACKED:
        return _packed(rgb, _PACKED[encoding])
    if encoding in _PLANES:
        return _planes(rgb, encoding)
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
    bits = 16 if encoding.startswith("16U") else int(re.sub(r".*\D", "", encoding))
    if encoding.startswith("8U") or bits == 8:
        return pixels
    return np.rint(pixels * ((2**bits - 1) / 255.0)).astype(np.uint16)


def _mosaic(rgb: Rgb, order: str) -> NDArray[np.uint8]:
    """Each pixel keeps the one colour its filter lets through; order names a 2x2 block by rows."""
    channels = np.array(["rgb".index(letter) for letter in order]).reshape(2, 2)
    rows, columns = np.indices(rgb.shape[:2])
    which = channels[rows % 2, columns % 2]
    return np.take_along_axis(rgb, which[..., None], axis=2)[..., 0]


_PACKED = {
    "yuv422": "uyvy",
    "uyvy": "uyvy",
    "yuv422_yuy2": "yuyv",
    "yuyv": "yuyv",
    "yvyu": "yvyu",
}
_PLANES = ("nv12", "nv21", "nv16", "nv24", "i420", "yv12", "i422")


def _yuv(rgb: Rgb) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """ITU-R BT.601, limited range; each (H, W)."""
    red, green, blue = np.moveaxis(rgb.astype(float), 2, 0)
    luma = 16 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255
    u = 128 + (-37.797 * red - 74.203 * green + 112.0 * blue) / 255
    v = 128 + (112.0 * red - 93.786 * green - 18.214 * blue) / 255
    return luma, u, v


def _fewer(chroma: NDArray[np.float64], rows: int, columns: int) -> NDArray[np.float64]:
    """The mean of each block; what an odd side lacks is repeated."""
    height, width = chroma.shape
    whole = np.pad(chroma, ((0, -height % rows), (0, -width % columns)), "edge")
    blocks = whole.reshape(whole.shape[0] // rows, rows, whole.shape[1] // columns, columns)
    mean: NDArray[np.float64] = blocks.mean(axis=(1, 3))
    return mean


def _packed(rgb: Rgb, order: str) -> NDArray[np.uint8]:
    """Two pixels share their mean colour difference; rows hold whole pairs."""
    luma, u, v = _yuv(rgb)
    luma = np.pad(luma, ((0, 0), (0, luma.shape[1] % 2)), "edge")
    of = {"u": _fewer(u, 1, 2), "v": _fewer(v, 1, 2)}
    lumas = iter((luma[:, 0::2], luma[:, 1::2]))
    four = np.stack([next(lumas) if part == "y" else of[part] for part in order], axis=-1)
    return np.rint(four).astype(np.uint8).reshape(luma.shape[0], -1, 2)


def _planes(rgb: Rgb, layout: str) -> NDArray[np.uint8]:
    """All bytes of the planes, one after the other, in as many rows as the image has and more."""
    luma, u, v = _yuv(rgb)
    rows, columns = {"nv16": (1, 2), "i422": (1, 2), "nv24": (1, 1)}.get(layout, (2, 2))
    u, v = _fewer(u, rows, columns), _fewer(v, rows, columns)
    if layout.startswith("nv"):
        chroma = [np.stack([v, u] if layout == "nv21" else [u, v], axis=-1)]
    else:
        chroma = [v, u] if layout == "yv12" else [u, v]
    planes = [np.rint(plane).astype(np.uint8).reshape(-1) for plane in (luma, *chroma)]
    return np.concatenate(planes)
