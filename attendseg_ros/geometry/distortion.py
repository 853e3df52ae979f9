# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How a lens bends rays: the models of `sensor_msgs/CameraInfo`, forwards and backwards.

Coordinates are those of an optical frame (REP 103): x right, y down, z forward. A ray that the lens
has bent meets the plane z = 1 elsewhere; a camera matrix makes pixels of that place.

The formulas are OpenCV's, of its modules calib3d (polynomials of the radius, with tangential terms,
thin prisms and a tilted sensor) and fisheye (equidistant: a polynomial of the angle).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]

TABLE = 4096
"""Entries of the table that a model is inverted by, before Newton's steps."""

STEPS = 5
"""Newton's steps; each doubles the digits that are right, and the table gives three."""

CLOSE = 1e-6
"""Largest error of an undistorted ray on the plane z = 1: a thousandth of a pixel."""


class Distortion(Protocol):
    """What a lens does to rays."""

    def bend(self, points: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Where rays to points go behind the lens.

        Args:
            points: (..., 3), of any length; float32 is computed in float32.

        Returns:
            x and y on the plane z = 1, each (...), and whether the model holds there: points
            behind the camera, and those beyond where the model turns back, have no place.
        """

    def unbend(self, x: Floats, y: Floats) -> Floats:
        """The rays that come out at places on the plane z = 1.

        Args:
            x: (...).
            y: (...).

        Returns:
            float64 (..., 3) of length 1; NaN where no ray comes out.
        """


class Pinhole:
    """No distortion."""

    def bend(self, points: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """See `Distortion`."""
        z = points[..., 2]
        valid = z > 0.0
        scale = np.reciprocal(np.where(valid, z, z.dtype.type(np.nan)))
        return points[..., 0] * scale, points[..., 1] * scale, valid

    def unbend(self, x: Floats, y: Floats) -> Floats:
        """See `Distortion`."""
        return directions(np.asarray(x, np.float64), np.asarray(y, np.float64))


def directions(x: Floats, y: Floats) -> Floats:
    """Rays through places on the plane z = 1, each (...), as (..., 3) of length 1."""
    length = np.sqrt(x**2 + y**2 + 1.0)
    return np.stack([x / length, y / length, 1.0 / length], axis=-1)


def first_root(polynomial: Sequence[float]) -> float:
    """The smallest root above 0 of a polynomial, lowest power first; infinity if there is none."""
    terms = np.trim_zeros(np.array(polynomial, np.float64), "b")
    if len(terms) < 2:
        return inf
    roots = np.polynomial.polynomial.polyroots(terms)
    real = roots.real[(np.abs(roots.imag) < 1e-9 * (1.0 + np.abs(roots))) & (roots.real > 1e-12)]
    return float(real.min()) if len(real) else inf
