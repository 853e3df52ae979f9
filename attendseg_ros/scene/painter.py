# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Drawing into the image and its labels at once, so that both always agree."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.scene.camera import NEAREST_M, Camera, Points

Color = tuple[float, float, float]
# Metres right of the lens, above the road, ahead.
Point = tuple[float, float, float]

# Fractional bits of coordinates: things move by sixteenths of a pixel, not by whole ones.
SHIFT = 4
ONE = 1 << SHIFT
LARGEST_COORDINATE = 20000 * ONE
# How far outside the image something must lie to be left out: a smooth edge is wider than a pixel.
MARGIN = 4 * ONE
HAZE_DISTANCE_M = 140.0


class Painter:
    """Paints projected shapes from far to near, fading with distance into the haze."""

    def __init__(
        self,
        camera: Camera,
        rgb: NDArray[np.uint8],
        labels: NDArray[np.uint8],
        haze: Color,
        bend: float,
    ) -> None:
        """Makes a painter.

        Args:
            camera: projects what is painted.
            rgb: uint8 (H, W, 3), painted over.
            labels: uint8 (H, W), painted over.
            haze: colour of what is far away.
            bend: curvature of the street: things z metres ahead are bend * z * z metres aside.
        """
        self.camera = camera
        self._rgb = rgb
        self._labels = labels
        self._haze = haze
        self._bend = bend
        self._end = (camera.width * ONE + MARGIN, camera.height * ONE + MARGIN)

    def face(
        self,
        corners: Sequence[Point],
        color: Color,
        class_id: CamVidClass,
        distance: float,
    ) -> None:
        """Fills one flat shape with one colour.

        Args:
            corners: of the shape, in street coordinates.
            color: RGB, 0..255, as seen from near.
            class_id: class of what is painted.
            distance: metres to it, for the haze.
        """
        self._fill([self._pixel(corner) for corner in corners], color, class_id, distance)

    def faces(self, faces: Points, color: Color, class_id: CamVidClass, distance: float) -> None:
        """Fills many flat shapes that do not overlap with one colour.

        Args:
            faces: float64 (N, corners, 3) in street coordinates.
            color: as in face().
            class_id: as in face().
            distance: as in face().
        """
        if not len(faces):
            return
        pixels = self.camera.project(faces.reshape(-1, 3), self._bend).reshape(len(faces), -1, 2)
        pixels *= ONE
        # Two ufuncs in place: np.clip takes several times as long on a handful of corners.
        np.minimum(pixels, LARGEST_COORDINATE, out=pixels)
        np.maximum(pixels, -LARGEST_COORDINATE, out=pixels)
        fixed = np.rint(pixels, out=pixels).astype(np.int32)
        low, high = fixed.min(axis=1), fixed.max(axis=1)
        seen = (high >= -MARGIN).all(axis=1) & (low <= self._end).all(axis=1)
        if not seen.any():
            return
        shapes = list(fixed[seen])
        cv2.fillPoly(self._rgb, shapes, self.hazed(color, distance), cv2.LINE_AA, SHIFT)
        cv2.fillPoly(self._labels, shapes, int(class_id), cv2.LINE_8, SHIFT)

    def disc(self, center: Point, radius_m: float, color: Color, class_id: CamVidClass) -> None:
        """Fills a disc that faces the camera, around a point at least 1 m ahead."""
        depth = center[2]
        if depth < 1.0:
            return
        column, row = self._pixel(center)
        radius = round(self.camera.focal_length * radius_m / depth * ONE)
        self._disc(
            round(column * ONE), round(row * ONE), radius, self.hazed(color, depth), class_id
        )

    def discs(
        self, center: Point, offsets: Points, radii: Points, colors: Points, class_id: CamVidClass
    ) -> None:
        """Fills discs in one plane that faces the camera, the later over the earlier ones.

        Args:
            center: point at least 1 m ahead.
            offsets: float64 (N, 2), metres from there to the right and up.
            radii: float64 (N,) in metres.
            colors: float64 (N, 3) RGB, 0..255, as seen from near.
            class_id: class of what is painted.
        """
        x, y, depth = center
        if depth < 1.0:
            return
        camera = self.camera
        scale = camera.focal_length / depth
        aside = x + offsets[:, 0] + self._bend * depth * depth
        columns = camera.width / 2 + aside * scale
        rows = camera.horizon + (camera.height_m - (y + offsets[:, 1])) * scale
        sizes = camera.focal_length * radii / depth
        share = self._haze_share(depth)
        hazed = colors + (np.array(self._haze) - colors) * share
        fixed = np.rint(np.stack([columns, rows, sizes], axis=1) * ONE).astype(int)
        for (column, row, size), color in zip(fixed.tolist(), hazed.tolist(), strict=True):
            self._disc(column, row, size, color, class_id)

    def bar(
        self, start: Point, end: Point, width_m: float, color: Color, class_id: CamVidClass
    ) -> None:
        """Fills a straight bar between two points that faces the camera."""
        depth = max(start[2], 1.0)
        (x0, y0), (x1, y1) = self._pixel(start), self._pixel(end)
        # Thinner than a pixel, a far pole would flicker as it moves.
        width = max(self.camera.focal_length * width_m / depth, 1.0)
        scale = width / 2 / max(math.hypot(x1 - x0, y1 - y0), 1e-6)
        across_x, across_y = (y0 - y1) * scale, (x1 - x0) * scale
        corners = [
            (x0 + across_x, y0 + across_y),
            (x1 + across_x, y1 + across_y),
            (x1 - across_x, y1 - across_y),
            (x0 - across_x, y0 - across_y),
        ]
        self._fill(corners, color, class_id, depth)

    def hazed(self, color: Color, distance: float) -> Color:
        """The colour as seen from a distance in metres."""
        share = self._haze_share(distance)
        haze = self._haze
        return (
            color[0] + (haze[0] - color[0]) * share,
            color[1] + (haze[1] - color[1]) * share,
            color[2] + (haze[2] - color[2]) * share,
        )

    @staticmethod
    def _haze_share(distance: float) -> float:
        return 1.0 - math.exp(-distance / HAZE_DISTANCE_M)

    def _pixel(self, point: Point) -> tuple[float, float]:
        """Projects one point; plain floats are several times faster than arrays of one."""
        x, y, z = point
        camera = self.camera
        z = max(z, NEAREST_M)
        scale = camera.focal_length / z
        bent = x + self._bend * z * z
        return camera.width / 2 + bent * scale, camera.horizon + (camera.height_m - y) * scale

    def _fill(
        self,
        corners: Sequence[tuple[float, float]],
        color: Color,
        class_id: CamVidClass,
        distance: float,
    ) -> None:
        """Fills a shape given in pixels."""
        fixed = [(round(column * ONE), round(row * ONE)) for column, row in corners]
        columns, rows = [c for c, _ in fixed], [r for _, r in fixed]
        bounds = (min(columns), min(rows), max(columns), max(rows))
        if self._misses(*bounds):
            return
        if min(bounds) < -LARGEST_COORDINATE or max(bounds) > LARGEST_COORDINATE:
            fixed = [(_limited(column), _limited(row)) for column, row in fixed]
        shape = [np.array(fixed, np.int32)]
        cv2.fillPoly(self._rgb, shape, self.hazed(color, distance), cv2.LINE_AA, SHIFT)
        cv2.fillPoly(self._labels, shape, int(class_id), cv2.LINE_8, SHIFT)

    def _disc(
        self, column: int, row: int, radius: int, color: Color, class_id: CamVidClass
    ) -> None:
        """Fills a disc given in fractions of a pixel."""
        if self._misses(column - radius, row - radius, column + radius, row + radius):
            return
        cv2.circle(self._rgb, (column, row), radius, color, -1, cv2.LINE_AA, SHIFT)
        cv2.circle(self._labels, (column, row), radius, int(class_id), -1, cv2.LINE_8, SHIFT)

    def _misses(self, left: int, top: int, right: int, bottom: int) -> bool:
        """Whether nothing between bounds in fractions of a pixel is in the image."""
        width, height = self._end
        return right < -MARGIN or bottom < -MARGIN or left > width or top > height


def _limited(coordinate: int) -> int:
    """A coordinate within what OpenCV can take."""
    return min(max(coordinate, -LARGEST_COORDINATE), LARGEST_COORDINATE)
