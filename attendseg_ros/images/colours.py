# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Mosaics and YUV to RGB, with OpenCV alone: a mask must not depend on what else is installed."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

# OpenCV names a pattern by the second and third pixel of its second row.
_DEMOSAIC = {
    "rggb": cv2.COLOR_BayerBG2RGB,
    "bggr": cv2.COLOR_BayerRG2RGB,
    "gbrg": cv2.COLOR_BayerGR2RGB,
    "grbg": cv2.COLOR_BayerGB2RGB,
}
_PACKED = {
    "uyvy": cv2.COLOR_YUV2RGB_UYVY,
    "yuyv": cv2.COLOR_YUV2RGB_YUY2,
    "yvyu": cv2.COLOR_YUV2RGB_YVYU,
}
# ITU-R BT.601 of limited range, as OpenCV takes the other layouts.
_FROM_YUV = np.array(
    [
        [1.164, 0.0, 1.596, -16 * 1.164 - 128 * 1.596],
        [1.164, -0.391, -0.813, -16 * 1.164 + 128 * (0.391 + 0.813)],
        [1.164, 2.018, 0.0, -16 * 1.164 - 128 * 2.018],
    ]
)


def demosaic(mosaic: Pixels, order: str) -> Pixels:
    """Gives each pixel of a bayer mosaic its colour, bilinearly.

    Args:
        mosaic: uint8 (H, W).
        order: the pattern's four pixels by rows: rggb, bggr, gbrg or grbg.

    Returns:
        uint8 (H, W, 3) RGB.
    """
    if min(mosaic.shape) < 4:
        # OpenCV leaves what has no neighbours on both sides black. Mirrored, a pattern goes on.
        return np.ascontiguousarray(demosaic(np.pad(mosaic, 4, "reflect"), order)[4:-4, 4:-4])
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(mosaic), _DEMOSAIC[order]), np.uint8)


def from_packed(pixels: Pixels, order: str) -> Pixels:
    """Colours of 4:2:2 YUV whose two pixels lie together.

    Args:
        pixels: uint8 (H, W, 2) of even W.
        order: uyvy, yuyv or yvyu.

    Returns:
        uint8 (H, W, 3) RGB.
    """
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), _PACKED[order]), np.uint8)


def from_planes(luma: Pixels, chroma: Pixels) -> Pixels:
    """Colours of YUV in planes.

    Args:
        luma: uint8 (H, W).
        chroma: uint8 (h, w, 2), U then V; h is H or half of it, w is W or half of it, rounded up.

    Returns:
        uint8 (H, W, 3) RGB.
    """
    height, width = luma.shape
    if chroma.shape[:2] == luma.shape:
        rgb = cv2.transform(np.dstack([luma, chroma]), _FROM_YUV)
        return np.asarray(rgb, np.uint8).reshape(height, width, 3)
    rows_halved = chroma.shape[0] != height
    even = np.pad(luma, ((0, height % 2 if rows_halved else 0), (0, width % 2)), "edge")
    if rows_halved:
        rgb = cv2.cvtColorTwoPlane(even, np.ascontiguousarray(chroma), cv2.COLOR_YUV2RGB_NV12)
    else:
        pairs = np.dstack([chroma.reshape(height, -1), even])
        rgb = cv2.cvtColor(pairs, cv2.COLOR_YUV2RGB_UYVY)
    return np.ascontiguousarray(rgb[:height, :width], np.uint8)
