# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The robot's camera: a pinhole at some height that looks up or down a little."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.scene.camera import Points


@dataclass(frozen=True)
class Pose:
    """Where the camera is: metres in the plan, and its heading, radians from z towards x."""

    x: float
    z: float
    heading: float


@dataclass(frozen=True)
class Eye:
    """A camera in optical coordinates: x right, y down, z forward.

    Attributes:
        width: of the image, pixels.
        height: of the image, pixels.
        focal_length: pixels, the same in x and y.
        height_m: of the lens above the floor, metres.
        pitch: radians; above 0 looks up.
        roll: radians; above 0 the camera leans to the right.
    """

    width: int
    height: int
    focal_length: float
    height_m: float
    pitch: float
    roll: float

    @property
    def matrix(self) -> NDArray[np.float64]:
        """Intrinsics K, float64 (3, 3), as in sensor_msgs/CameraInfo."""
        f = self.focal_length
        return np.array([[f, 0.0, self.width / 2], [0.0, f, self.height / 2], [0.0, 0.0, 1.0]])

    @cached_property
    def from_level(self) -> Points:
        """Turns (right, up, ahead) of a level camera into optical coordinates, (3, 3)."""
        sine, cosine = math.sin(self.pitch), math.cos(self.pitch)
        tilt = np.array([[1.0, 0.0, 0.0], [0.0, -cosine, sine], [0.0, sine, cosine]])
        sine, cosine = math.sin(self.roll), math.cos(self.roll)
        lean = np.array([[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]])
        return np.asarray(lean @ tilt, np.float64)

    @cached_property
    def rays(self) -> NDArray[np.float32]:
        """(right, up, ahead) of each pixel's ray at depth 1, float32 (3, H, W)."""
        columns = (np.arange(self.width) + 0.5 - self.width / 2) / self.focal_length
        rows = (np.arange(self.height) + 0.5 - self.height / 2) / self.focal_length
        x, y = np.meshgrid(columns, rows)
        optical = np.stack([x, y, np.ones_like(x)])
        return np.asarray(np.einsum("ji,jhw->ihw", self.from_level, optical), np.float32)

    def rotation(self, heading: float) -> Points:
        """Turns (x, y, z) of the building into optical coordinates, (3, 3)."""
        sine, cosine = math.sin(heading), math.cos(heading)
        level = np.array([[cosine, 0.0, -sine], [0.0, 1.0, 0.0], [sine, 0.0, cosine]])
        return np.asarray(self.from_level @ level, np.float64)
