# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A lidar's points painted with what a camera's mask says of them, without ROS."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from math import ceil, radians
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.geometry.lens import Lens
from attendseg_ros.geometry.occlusion import hidden
from attendseg_ros.geometry.point_layout import FLOAT32, UINT8, CloudLayout, with_added

Pixels = NDArray[np.uint8]

UNSEEN = 255
"""The label of a point that the camera does not see; the mask's own for unlabelled pixels."""

_UNSEEN_PAINT = np.frombuffer(bytes([0, 0, 0, 0, UNSEEN, 0, 0, 0]), np.uint64)[0]
"""What is added to such a point: black, its label, no confidence, and two bytes of padding."""

ADDED = (("rgb", FLOAT32), ("label", UINT8), ("confidence", UINT8))
"""What is added to each point, the largest first."""


@dataclass(frozen=True)
class LabelledImage:
    """What the camera saw.

    Attributes:
        rgb: uint8 (H, W, 3), of any strides.
        labels: uint8 (H, W) class ids.
        confidence: uint8 (H, W), 255 = certain.
    """

    rgb: Pixels
    labels: Pixels
    confidence: Pixels


class LidarPainter:
    """Paints one cloud after another into memory that is used again.

    Attributes:
        seen: points of the last cloud that the camera sees.
    """

    def __init__(self) -> None:
        self._data = array("B")
        self.seen = 0

    def paint(
        self,
        layout: CloudLayout,
        data: Any,
        image: LabelledImage,
        lens: Lens,
        camera_from_lidar: NDArray[np.float64],
        *,
        ring_gap_deg: float = 1.0,
        kept_ids: tuple[int, ...] | None = None,
    ) -> tuple[CloudLayout, array[int]]:
        """Paints a cloud.

        Args:
            layout: of the cloud.
            data: its bytes.
            image: the mask, and the image it is of.
            lens: the camera's; its size is the mask's.
            camera_from_lidar: float64 (4, 4), takes the cloud's coordinates to the camera's
                optical frame (x right, y down, z forward; REP 103).
            ring_gap_deg: the largest angle between neighbours of one surface, for `hidden`.
            kept_ids: ids whose points are kept, 255 for those without a class; None for all.

        Returns:
            The layout and the bytes of the painted cloud, valid until the next call. Each point
            has its own bytes, unchanged, and behind them `rgb` (the image's colour as PCL packs it,
            in the cloud's byte order), `label` and `confidence`. Points that the camera does not
            see, or that are not numbers, have label 255, confidence 0 and black. With `kept_ids`
            the others are left out, and the cloud is no longer organised.

        Raises:
            CloudError: the layout contradicts itself or has no x, y, z.
        """
        points = layout.points_of(data)
        reach_px = _pixels_of(ring_gap_deg, lens)
        seen, places = _seen(layout.coordinates(data), lens, camera_from_lidar, reach_px)
        self.seen = len(seen)
        paint = np.full(layout.points, _UNSEEN_PAINT, np.uint64)
        paint[seen] = _paint(image, places, layout.order)
        if kept_ids is not None:
            wanted = np.zeros(256, bool)
            wanted[list(kept_ids)] = True
            kept = np.flatnonzero(wanted[paint.view(np.uint8)[4::8]])
            paint, points = paint[kept], points.reshape(1, -1)[:, kept]
            layout = layout.flat(len(kept))
        return self._write(layout, points, paint)

    def reuse(self, data: array[int]) -> None:
        """Takes an array of the size of the last result to write the next one into."""
        self._data = data

    def _write(
        self,
        layout: CloudLayout,
        points: NDArray[np.void],
        paint: NDArray[np.uint64],
    ) -> tuple[CloudLayout, array[int]]:
        painted, (place, *_) = with_added(layout, ADDED)
        step = painted.point_step
        if len(self._data) != painted.points * step:
            self._data = array("B", bytes(painted.points * step))
        if not painted.points:
            return painted, self._data
        rows = (painted.row_step, step)
        np.ndarray(points.shape, points.dtype, self._data, strides=rows)[...] = points
        # What is added lies side by side, in the order of `ADDED`, up to the point's end.
        np.ndarray(painted.points, np.uint64, self._data, place, (step,))[:] = paint
        return painted, self._data


def _seen(
    xyz: NDArray[Any], lens: Lens, camera_from_lidar: NDArray[np.float64], reach_px: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The points that the camera sees, and the pixel of each, counted row by row."""
    width, height = size = (lens.camera.width, lens.camera.height)
    if not len(xyz):
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    # A coordinate in one piece is worked on in half the time of three side by side.
    there = cv2.transform(xyz[:, None], camera_from_lidar[:3])[:, 0].T.copy()
    pixels, inside = lens.project(there.T)
    across, down = pixels.T
    # Whole numbers are the centres of pixels; what is no number is inside of nothing.
    with np.errstate(invalid="ignore"):
        inside &= (across >= -0.5) & (across < width - 0.5)
        inside &= (down >= -0.5) & (down < height - 0.5)
    seen = np.flatnonzero(inside)
    # Of few, only those are worked on; picking most of them would take longer than all of the rest.
    few = 2 * len(seen) < len(inside)
    if few:
        there, across, down = there.take(seen, axis=1), across.take(seen), down.take(seen)
    with np.errstate(invalid="ignore", over="ignore"):
        x, y, z = there
        ranges = np.sqrt(x * x + y * y + z * z).astype(np.float32, copy=False)
        columns, rows = _pixels(across, width), _pixels(down, height)
    if not few and len(seen) < len(inside):
        columns, rows, ranges = columns.take(seen), rows.take(seen), ranges.take(seen)
    visible = np.flatnonzero(~hidden(columns, rows, ranges, size, reach_px))
    places = (rows * np.int32(width) + columns).astype(np.intp)
    if len(visible) == len(places):
        return seen, places
    return seen.take(visible), places.take(visible)


def _paint(image: LabelledImage, places: NDArray[np.intp], order: str) -> NDArray[np.uint64]:
    """Colour, label and confidence of some pixels, in the bytes that a point gets: uint64 (N)."""
    paint = np.zeros(len(places), np.uint64)
    paint.view(f"{order}u4")[::2] = _colors(image.rgb, places)
    paint.view(np.uint16)[2::4] = _marks(image).take(places)
    return paint


def _marks(image: LabelledImage) -> NDArray[np.uint16]:
    """Label and confidence of every pixel side by side, row by row: uint16 (N)."""
    both = cv2.merge([image.labels, image.confidence])
    return np.asarray(both.reshape(-1).view(np.uint16))


def _colors(rgb: Pixels, places: NDArray[np.intp]) -> NDArray[np.uint32]:
    """The colours of some pixels as PCL packs them, 0x00RRGGBB: uint32 (N)."""
    if not len(places):
        return np.zeros(0, np.uint32)
    height, width, _ = rgb.shape
    if rgb.flags.c_contiguous and height * width < 10 * len(places):
        # Of an image of few pixels, all are packed in less time than many are picked.
        picked = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA).view("<u4").reshape(-1).take(places)
    else:
        if rgb.flags.c_contiguous:
            some = rgb.reshape(-1, 3).take(places, axis=0)
        else:
            some = rgb[np.divmod(places, width)]
        picked = cv2.cvtColor(some[None], cv2.COLOR_RGB2BGRA).view("<u4").reshape(-1)
    # The fourth byte is OpenCV's alpha.
    return np.asarray(picked.astype(np.uint32, copy=False) & np.uint32(0xFFFFFF))


def _pixels_of(angle_deg: float, lens: Lens) -> int:
    """How many pixels an angle has at the middle of the view, at most a quarter of it."""
    pixels = ceil(lens.camera.fx * radians(angle_deg))
    return int(min(pixels, lens.camera.width // 4))


def _pixels(places: NDArray[Any], size: int) -> NDArray[np.int32]:
    # A place just below an edge may be rounded onto it.
    return np.asarray(np.minimum(np.rint(places).astype(np.int32), np.int32(size - 1)))
