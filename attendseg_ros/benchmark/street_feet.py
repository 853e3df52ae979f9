# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where things stand in the rendered street: by what is painted, before any of it is a pixel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.scene import StreetScene
from attendseg_ros.scene.camera import Points
from attendseg_ros.scene.painter import Color, Painter, Point
from attendseg_ros.scene.style import Style

LOW_M = 0.05
"""What reaches lower touches the ground; pedals and bumpers hang above it."""

FARTHEST_M = 40.0
"""Up to which kerbs are looked at."""

PIECE_M = 0.25
"""A line along a street that bends is straight for so long."""

Floats = NDArray[Any]


class _FootPainter(Painter):
    """Paints nothing; notes the lines along which faces and bars meet the ground."""

    def __init__(self, scene: StreetScene, time_s: float) -> None:
        nothing = np.zeros((1, 1), np.uint8)
        super().__init__(scene.camera, nothing, nothing, (0.0, 0.0, 0.0), scene.bend(time_s))
        self.lines: list[tuple[float, float, float, float]] = []

    def face(
        self, corners: Sequence[Point], color: Color, class_id: CamVidClass, distance: float
    ) -> None:
        """Notes the edges that lie low."""
        del color, class_id, distance
        for (x0, y0, z0), (x1, y1, z1) in zip(corners, [*corners[1:], corners[0]], strict=True):
            if max(y0, y1) <= LOW_M:
                self.lines.append((x0, z0, x1, z1))

    def faces(self, faces: Points, color: Color, class_id: CamVidClass, distance: float) -> None:
        """Notes the edges of each."""
        for corners in faces.tolist():
            self.face(corners, color, class_id, distance)

    def bar(
        self, start: Point, end: Point, width_m: float, color: Color, class_id: CamVidClass
    ) -> None:
        """Notes the lower end, across the view."""
        del color, class_id
        x, y, z = min(start, end, key=lambda point: point[1])
        if y <= LOW_M:
            self.lines.append((x - width_m / 2, z, x + width_m / 2, z))

    def disc(self, center: Point, radius_m: float, color: Color, class_id: CamVidClass) -> None:
        """Discs hang above the ground."""

    def discs(
        self, center: Point, offsets: Points, radii: Points, colors: Points, class_id: CamVidClass
    ) -> None:
        """So do these."""


def first_feet(
    scene: StreetScene, time_s: float, directions: Floats, kerbs: Style | None = None
) -> Floats:
    """How far the first thing stands in each direction from the point below the camera.

    Args:
        scene: the street.
        time_s: the moment.
        directions: (A,), radians to the left of the view.
        kerbs: the street's style where its pavements are no ground to drive on.

    Returns:
        float64 (A,), metres; infinite where nothing stands.
    """
    painter = _FootPainter(scene, time_s)
    scene.paint(painter, time_s)
    if kerbs is not None:
        for side in (-1, 1):
            x = side * kerbs.road_half_m - kerbs.lane_m
            painter.lines.append((x, 0.0, x, FARTHEST_M))
    lines = np.array(painter.lines)
    count = max(1, int(np.ceil(np.abs(lines[:, 3] - lines[:, 1]).max() / PIECE_M)))
    share = np.linspace(0.0, 1.0, count + 1)
    across = lines[:, :1] + (lines[:, 2:3] - lines[:, :1]) * share
    z = lines[:, 1:2] + (lines[:, 3:] - lines[:, 1:2]) * share
    aside, ahead = -(across + scene.bend(time_s) * z * z), z
    from_, to = (
        np.stack([ahead[:, part], aside[:, part]], axis=-1).reshape(-1, 2)
        for part in (slice(None, -1), slice(1, None))
    )
    nearest = np.full(len(directions), np.inf)
    along = to - from_
    for index, direction in enumerate(directions):
        ray = np.array([np.cos(direction), np.sin(direction)])
        # from + t * along = r * ray
        determinant = along[:, 0] * ray[1] - along[:, 1] * ray[0]
        with np.errstate(divide="ignore", invalid="ignore"):
            t = (from_[:, 1] * ray[0] - from_[:, 0] * ray[1]) / determinant
            r = (along[:, 0] * from_[:, 1] - along[:, 1] * from_[:, 0]) / determinant
            hit = (t >= 0.0) & (t <= 1.0) & (r > 0.0)
        if hit.any():
            nearest[index] = r[hit].min()
    return nearest
