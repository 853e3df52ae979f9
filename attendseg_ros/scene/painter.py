# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Drawing into the image and its labels at once, so that both always agree."""

from __future__ import annotations

import math

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
LARGEST_COORDINATE = 20000.0 * (1 << SHIFT)
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
            camera: Projects what is painted.
            rgb: uint8 (H, W, 3), painted over.
            labels: uint8 (H, W), painted over.
            haze: Colour of what is far away.
            bend: Curvature of the street: things z metres ahead are bend * z * z metres aside.
        """
        self.camera = camera
        self._rgb = rgb
        self._labels = labels
        self._haze = haze
        self._bend = bend

    def faces(
        self, faces: list[Points], color: Color, class_id: CamVidClass, distance: float
    ) -> None:
        """Fills flat shapes with one colour.

        Args:
            faces: Shapes that do not overlap, all with the same number of corners, each
                float64 (corners, 3) in street coordinates.
            color: RGB, 0..255, as seen from near.
            class_id: Class of what is painted.
            distance: Metres to it, for the haze.
        """
        if not faces:
            return
        points = np.concatenate(faces) if len(faces) > 1 else faces[0]
        pixels = self.camera.project(points, self._bend)
        self._fill(pixels.reshape(len(faces), -1, 2), color, class_id, distance)

    def disc(self, center: Point, radius_m: float, color: Color, class_id: CamVidClass) -> None:
        """Fills a disc that faces the camera, around a point at least 1 m ahead."""
        depth = center[2]
        if depth < 1.0:
            return
        column, row = self._pixel(center)
        fixed = (round(column * (1 << SHIFT)), round(row * (1 << SHIFT)))
        radius = round(self.camera.focal_length * radius_m / depth * (1 << SHIFT))
        cv2.circle(self._rgb, fixed, radius, self.hazed(color, depth), -1, cv2.LINE_AA, SHIFT)
        cv2.circle(self._labels, fixed, radius, int(class_id), -1, cv2.LINE_8, SHIFT)

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
        corners = (
            (x0 + across_x, y0 + across_y),
            (x1 + across_x, y1 + across_y),
            (x1 - across_x, y1 - across_y),
            (x0 - across_x, y0 - across_y),
        )
        self._fill(np.array([corners]), color, class_id, depth)

    def hazed(self, color: Color, distance: float) -> Color:
        """The colour as seen from a distance in metres."""
        share = 1.0 - math.exp(-distance / HAZE_DISTANCE_M)
        haze = self._haze
        return (
            color[0] + (haze[0] - color[0]) * share,
            color[1] + (haze[1] - color[1]) * share,
            color[2] + (haze[2] - color[2]) * share,
        )

    def _pixel(self, point: Point) -> tuple[float, float]:
        """Projects one point; plain floats are several times faster than arrays of one."""
        x, y, z = point
        camera = self.camera
        z = max(z, NEAREST_M)
        scale = camera.focal_length / z
        bent = x + self._bend * z * z
        return camera.width / 2 + bent * scale, camera.horizon + (camera.height_m - y) * scale

    def _fill(self, shapes: Points, color: Color, class_id: CamVidClass, distance: float) -> None:
        """Fills shapes, float64 (N, corners, 2) in pixels, which are spoiled."""
        shapes *= 1 << SHIFT
        # Two ufuncs in place: np.clip takes several times as long on a handful of corners.
        np.minimum(shapes, LARGEST_COORDINATE, out=shapes)
        np.maximum(shapes, -LARGEST_COORDINATE, out=shapes)
        fixed = list(np.rint(shapes, out=shapes).astype(np.int32))
        cv2.fillPoly(self._rgb, fixed, self.hazed(color, distance), cv2.LINE_AA, SHIFT)
        cv2.fillPoly(self._labels, fixed, int(class_id), cv2.LINE_8, SHIFT)
