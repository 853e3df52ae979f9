# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The way of the robot: round after round through the main area, looking about."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.scene.rooms.eye import Pose
from attendseg_ros.scene.rooms.plan import Area

KEPT_FREE_M = 0.25
"""From the route to what stands beside it."""


@dataclass(frozen=True)
class Route:
    """An ellipse, and how the heading swings about its direction.

    Attributes:
        middle: of the ellipse, (x, z) in metres.
        radii: its half axes along x and z, metres.
        start: angle at time 0, radians.
        pace: radians a second; its sign says which way round.
        swings: amplitude in radians, radians a second and phase of each swing of the heading.
    """

    middle: tuple[float, float]
    radii: tuple[float, float]
    start: float
    pace: float
    swings: tuple[tuple[float, float, float], ...]

    @classmethod
    def draw(cls, random: np.random.Generator, area: Area, speed_m_s: float) -> Route:
        """Draws a way that keeps within an area."""
        half_x, half_z = (area.x1 - area.x0) / 2, (area.z1 - area.z0) / 2
        share = random.uniform(0.25, 0.75)
        radii = (
            min(max(half_x - 0.75, 0.08), share * half_x),
            min(max(half_z - 1.2, 0.3), 0.95 * half_z),
        )
        pace = speed_m_s / max(radii) * float(random.choice([-1.0, 1.0]))
        swings = (
            (random.uniform(0.1, 0.5), random.uniform(0.1, 0.35), random.uniform(0, 2 * np.pi)),
            (random.uniform(0.02, 0.15), random.uniform(0.4, 1.1), random.uniform(0, 2 * np.pi)),
        )
        middle = ((area.x0 + area.x1) / 2, (area.z0 + area.z1) / 2)
        return cls(middle, radii, random.uniform(0, 2 * np.pi), pace, swings)

    def pose(self, time_s: float) -> Pose:
        """Where the camera is at a time in seconds."""
        angle = self.start + self.pace * time_s
        cosine, sine = math.cos(angle), math.sin(angle)
        # At the ends of a long way the robot turns over some metres, not at once.
        turn_x = max(self.radii[0], 0.12 * self.radii[1])
        forwards = math.copysign(1.0, self.pace)
        heading = math.atan2(-turn_x * sine * forwards, self.radii[1] * cosine * forwards)
        for amplitude, pace, phase in self.swings:
            heading += amplitude * math.sin(pace * time_s + phase)
        x, z = self._at(angle)
        return Pose(float(x), float(z), heading)

    def line(self) -> NDArray[np.float64]:
        """Points of the way, (N, 2), closer to each other than what is kept free beside it."""
        count = int(max(self.radii) * 2 * np.pi / 0.3) + 8
        x, z = self._at(np.linspace(0, 2 * np.pi, count))
        return np.stack([x, z], axis=1)

    def _at(self, angle: NDArray[np.float64] | float) -> tuple[NDArray[np.float64], ...]:
        x = self.middle[0] + self.radii[0] * np.cos(angle)
        z = self.middle[1] + self.radii[1] * np.sin(angle)
        return x, z
