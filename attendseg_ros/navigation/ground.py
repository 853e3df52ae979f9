# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pixels to metres on the ground."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GroundView:
    """A pinhole camera that looks straight down on level ground.

    Attributes:
        fx: focal length along the rows, pixels.
        fy: focal length along the columns, pixels.
        cx: column of the principal point, pixels.
        cy: row of the principal point, pixels.
        height_m: of the camera above the ground, metres.
    """

    fx: float
    fy: float
    cx: float
    cy: float
    height_m: float

    @property
    def metres_per_pixel(self) -> float:
        """How much ground a pixel shows, along the side where it is less."""
        return self.height_m / max(self.fx, self.fy)

    def position(self, x: float, y: float) -> tuple[float, float, float]:
        """The ground that a pixel shows, in metres, in the camera's optical frame (REP 103).

        Returns:
            x to the right of the image, y down the image, z along the view.
        """
        z = self.height_m
        return (x - self.cx) * z / self.fx, (y - self.cy) * z / self.fy, z
