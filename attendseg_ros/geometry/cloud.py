# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Depth, colours and labels to an organised array of points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.geometry.lens import Lens

# Everything is aligned to its size and no padding is left at the end: sensor_msgs_py takes no
# other layout in Humble. rgb lies at 16, as in PCL's PointXYZRGB.
POINT = np.dtype(
    {
        "names": ["x", "y", "z", "label", "confidence", "rgb"],
        "formats": ["f4", "f4", "f4", "u1", "u1", "f4"],
        "offsets": [0, 4, 8, 12, 13, 16],
        "itemsize": 20,
    }
)
"""One point: metres in the optical frame, class id, 255 = certain, colour as PCL packs it."""

Pixels = NDArray[np.uint8]


class CloudBuilder:
    """Builds the points of a camera into memory that is used again."""

    def __init__(self, lens: Lens) -> None:
        """Prepares for the depth images of one camera, aligned to its images as they are."""
        self.lens = lens
        self._rays = lens.rays
        self._points = np.zeros((lens.camera.height, lens.camera.width), POINT)

    def build(
        self,
        depth: NDArray[np.float32],
        rgb: Pixels,
        labels: Pixels,
        confidence: Pixels,
        *,
        kept_ids: tuple[int, ...] | None = None,
        min_range_m: float = 0.0,
        max_range_m: float = 0.0,
    ) -> NDArray[np.void]:
        """Places every pixel in space.

        Args:
            depth: float32 (H, W), metres along the optical axis, NaN where not measured; changed.
            rgb: uint8 (H, W, 3), of any strides.
            labels: uint8 (H, W) class ids.
            confidence: uint8 (H, W), 255 = certain.
            kept_ids: ids whose points are wanted; None for all.
            min_range_m: points nearer to the lens than this are not wanted; 0 is off.
            max_range_m: points farther from the lens than this are not wanted; 0 is off.

        Returns:
            (H, W) of `POINT`, valid until the next call: x, y and z are NaN where the depth was not
            measured or the point is not wanted.
        """
        if min_range_m > 0.0 or max_range_m > 0.0:
            ranges = self._rays.ranges(depth)
            if min_range_m > 0.0:
                depth[ranges < min_range_m] = np.nan
            if max_range_m > 0.0:
                depth[ranges > max_range_m] = np.nan
        if kept_ids is not None:
            unwanted = np.ones(256, bool)
            unwanted[list(kept_ids)] = False
            depth[unwanted[labels]] = np.nan
        points = self._points
        self._rays.deproject(depth, points["x"], points["y"])
        points["z"] = depth
        if self.lens.bends:
            # Where the lens shows nothing ahead, x and y are NaN.
            points["z"][np.isnan(points["x"])] = np.nan
        points["label"] = labels
        points["confidence"] = confidence
        points["rgb"] = packed_rgb(rgb)
        return points


def packed_rgb(rgb: Pixels) -> NDArray[np.float32]:
    """Colours as PCL packs them: the bits 0x00RRGGBB, called a float.

    The highest byte stays 0: with 255 there, the float of every colour would be a NaN, and readers
    that skip NaN would skip the point.

    Args:
        rgb: uint8 (H, W, 3).

    Returns:
        float32 (H, W).
    """
    bits = rgb[..., 0].astype(np.uint32)
    for channel in (1, 2):
        bits <<= np.uint32(8)
        bits |= rgb[..., channel]
    return bits.view(np.float32)
