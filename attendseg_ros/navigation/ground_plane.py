# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a camera is above the ground, and why that may be of no use."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, degrees, isfinite, radians, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import AttendSegError

Floats = NDArray[Any]

# Optical axes (x right, y down, z forward) in a body's (x forward, y left, z up), REP 103.
_BODY_FROM_OPTICAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])


class GroundError(AttendSegError):
    """The ground cannot be placed in the image; one line that says why."""


@dataclass(frozen=True)
class CameraPose:
    """A camera's optical frame in the ground frame, whose plane z = 0 is the ground.

    Attributes:
        position: of the lens, metres: x, y, and z above the ground.
        rotation: row by row, from the optical frame to the ground frame.
    """

    position: tuple[float, float, float]
    rotation: tuple[float, ...]

    @classmethod
    def mounted(cls, height_m: float, pitch_deg: float, roll_deg: float = 0.0) -> CameraPose:
        """A camera above the origin of the ground frame, looking along x.

        Args:
            height_m: of the lens above the ground.
            pitch_deg: how far it looks down from the horizon.
            roll_deg: how far it is turned clockwise about its view, as seen from behind.
        """
        pitch, roll = radians(pitch_deg), radians(roll_deg)
        about_y = np.array(
            [[cos(pitch), 0.0, sin(pitch)], [0.0, 1.0, 0.0], [-sin(pitch), 0.0, cos(pitch)]]
        )
        about_x = np.array(
            [[1.0, 0.0, 0.0], [0.0, cos(roll), -sin(roll)], [0.0, sin(roll), cos(roll)]]
        )
        rotation = about_y @ about_x @ _BODY_FROM_OPTICAL
        return cls((0.0, 0.0, float(height_m)), tuple(rotation.ravel().tolist()))

    @property
    def matrix(self) -> Floats:
        """The rotation, float64 (3, 3)."""
        return np.array(self.rotation).reshape(3, 3)

    @property
    def pitch_deg(self) -> float:
        """How far the camera looks down from the horizon."""
        return degrees(asin(max(-1.0, min(1.0, -self.rotation[8]))))

    def check(self) -> None:
        """Refuses a pose from which the ground cannot be seen.

        Raises:
            GroundError: numbers are missing, or the plane is not below the camera.
        """
        if not all(map(isfinite, (*self.position, *self.rotation))):
            raise GroundError("the camera's pose is no number")
        if self.position[2] <= 0.0:
            raise GroundError(
                f"the ground lies {-self.position[2]:.2f} m above the camera: it must lie below"
            )

    def moved_from(self, other: CameraPose) -> tuple[float, float]:
        """How far two poses are apart: metres, and degrees of one turn."""
        metres = float(np.linalg.norm(np.subtract(self.position, other.position)))
        turn = self.matrix.T @ other.matrix
        # Of small angles the sine tells more than the cosine.
        axis = [turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]]
        sine = np.linalg.norm(axis) / 2
        return metres, float(np.degrees(np.arctan2(sine, (np.trace(turn) - 1.0) / 2)))
