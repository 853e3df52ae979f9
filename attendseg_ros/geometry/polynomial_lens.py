# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""plumb_bob and rational_polynomial: what OpenCV's calib3d calibrates."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.geometry.distortion import (
    CLOSE,
    STEPS,
    TABLE,
    Floats,
    Pinhole,
    directions,
    first_root,
)

_WIDEST = 60.0
"""Tangent of the widest angle to the axis that a polynomial is asked about: 89 degrees."""


class Polynomial:
    """A ratio of polynomials of the squared radius, with what is not symmetric beside it."""

    def __init__(self, coefficients: Sequence[float]) -> None:
        """Takes k1 k2 p1 p2 k3 k4 k5 k6 s1 s2 s3 s4 tx ty; what is left out is 0."""
        d = [*coefficients, *[0.0] * (14 - len(coefficients))]
        k1, k2, self._p1, self._p2, k3, k4, k5, k6 = d[:8]
        self._above = (1.0, k1, k2, k3)
        self._below = (1.0, k4, k5, k6)
        self._rational = any(self._below[1:])
        self._prism = tuple(d[8:12])
        self._tilt = _tilt(*d[12:]) if any(d[12:]) else None
        self.largest = _turning_radius(self._above, self._below)

    def bend(self, points: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """See `Distortion`."""
        x, y, valid = Pinhole().bend(points)
        squared = x * x + y * y
        with np.errstate(invalid="ignore"):
            valid &= squared < self.largest**2
        with np.errstate(all="ignore"):
            bent_x, bent_y = self._distort(x, y, squared)
        return bent_x, bent_y, valid

    def unbend(self, x: Floats, y: Floats) -> Floats:
        """See `Distortion`: a table of radii first, then Newton's steps in x and y."""
        wanted_x, wanted_y = np.asarray(x, np.float64), np.asarray(y, np.float64)
        if self._tilt is not None:
            wanted_x, wanted_y = _mapped(np.linalg.inv(self._tilt), wanted_x, wanted_y)
        radius = np.hypot(wanted_x, wanted_y)
        largest = min(self.largest, _WIDEST)
        # Angles rather than radii are spread evenly: far out, radii are worth little.
        table = np.tan(np.linspace(0.0, np.arctan(largest), TABLE))
        with np.errstate(divide="ignore"):
            # The last may be the pole that the model ends at.
            bent = table * self._gain(table**2)
        start = np.interp(radius, bent, table)
        scale = np.divide(start, radius, out=np.ones_like(radius), where=radius > 0.0)
        at_x, at_y = wanted_x * scale, wanted_y * scale
        with np.errstate(all="ignore"):
            for _ in range(STEPS):
                at_x, at_y = self._newton(at_x, at_y, wanted_x, wanted_y)
            squared = at_x**2 + at_y**2
            reached_x, reached_y = self._symmetric_and_aside(at_x, at_y, squared)
            wrong = np.hypot(reached_x - wanted_x, reached_y - wanted_y)
            fits = (wrong < CLOSE) & (squared < largest**2)
        at_x = np.where(fits, at_x, np.nan)
        return directions(at_x, np.where(fits, at_y, np.nan))

    def _gain(self, squared: Floats) -> Floats:
        above = _value(self._above, squared)
        return above / _value(self._below, squared) if self._rational else above

    def _symmetric_and_aside(self, x: Floats, y: Floats, squared: Floats) -> tuple[Floats, Floats]:
        gain = self._gain(squared)
        if not (self._p1 or self._p2):
            bent_x, bent_y = x * gain, y * gain
        else:
            # OpenCV's terms 2 p1 x y + p2 (r^2 + 2 x^2) and p1 (r^2 + 2 y^2) + 2 p2 x y, in fewer
            # steps: what is multiplied by x in the one is multiplied by y in the other.
            gain += (2.0 * self._p1) * y
            gain += (2.0 * self._p2) * x
            bent_x, bent_y = x * gain, y * gain
            bent_x += self._p2 * squared
            bent_y += self._p1 * squared
        if any(self._prism):
            s1, s2, s3, s4 = self._prism
            bent_x = bent_x + squared * (s1 + s2 * squared)
            bent_y = bent_y + squared * (s3 + s4 * squared)
        return bent_x, bent_y

    def _distort(self, x: Floats, y: Floats, squared: Floats) -> tuple[Floats, Floats]:
        bent_x, bent_y = self._symmetric_and_aside(x, y, squared)
        if self._tilt is None:
            return bent_x, bent_y
        return _mapped(self._tilt, bent_x, bent_y)

    def _newton(
        self, x: Floats, y: Floats, wanted_x: Floats, wanted_y: Floats
    ) -> tuple[Floats, Floats]:
        """One step towards the point that the lens bends to a place."""
        squared = x**2 + y**2
        bent_x, bent_y = self._symmetric_and_aside(x, y, squared)
        gain = self._gain(squared)
        above, below = np.polynomial.Polynomial(self._above), np.polynomial.Polynomial(self._below)
        slope = (above.deriv()(squared) - gain * below.deriv()(squared)) / below(squared)
        s1, s2, s3, s4 = self._prism
        # Along x and y the squared radius grows by 2 x and 2 y.
        by_x, by_y = 2.0 * x, 2.0 * y
        prism_x, prism_y = s1 + 2.0 * s2 * squared, s3 + 2.0 * s4 * squared
        p1, p2 = self._p1, self._p2
        xx = gain + (x * slope + prism_x) * by_x + 2.0 * p1 * y + 6.0 * p2 * x
        xy = (x * slope + prism_x) * by_y + 2.0 * p1 * x + 2.0 * p2 * y
        yx = (y * slope + prism_y) * by_x + 2.0 * p1 * x + 2.0 * p2 * y
        yy = gain + (y * slope + prism_y) * by_y + 6.0 * p1 * y + 2.0 * p2 * x
        determinant = xx * yy - xy * yx
        off_x, off_y = wanted_x - bent_x, wanted_y - bent_y
        return (
            x + (yy * off_x - xy * off_y) / determinant,
            y + (xx * off_y - yx * off_x) / determinant,
        )


def _value(polynomial: Sequence[float], at: Floats) -> Floats:
    """The value of a polynomial, lowest power first; each step is done in place."""
    *others, highest = np.trim_zeros(np.array(polynomial), "b").tolist()
    value: Floats = np.full_like(at, highest)
    for term in reversed(others):
        value *= at
        value += term
    return value


def _turning_radius(above: Sequence[float], below: Sequence[float]) -> float:
    """The radius at which r above(r^2) / below(r^2) stops growing, or has a pole."""
    n, d = np.polynomial.Polynomial(above), np.polynomial.Polynomial(below)
    s = np.polynomial.Polynomial([0.0, 1.0])
    # The derivative by r, times below^2.
    rise = (n + 2.0 * s * n.deriv()) * d - 2.0 * s * n * d.deriv()
    return sqrt(min(first_root(rise.coef), first_root(below)))


def _tilt(about_x: float, about_y: float) -> Floats:
    """The map of a sensor that is not perpendicular to the axis, (3, 3); angles in radians."""
    cx, sx, cy, sy = np.cos(about_x), np.sin(about_x), np.cos(about_y), np.sin(about_y)
    turn_x = np.array([[1.0, 0.0, 0.0], [0.0, cx, sx], [0.0, -sx, cx]])
    turn_y = np.array([[cy, 0.0, -sy], [0.0, 1.0, 0.0], [sy, 0.0, cy]])
    turn = turn_y @ turn_x
    down = np.array(
        [[turn[2, 2], 0.0, -turn[0, 2]], [0.0, turn[2, 2], -turn[1, 2]], [0.0, 0.0, 1.0]]
    )
    return np.asarray(down @ turn)


def _mapped(matrix: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    (a, b, c), (d, e, f), (g, h, i) = matrix.tolist()
    w = g * x + h * y + i
    return (a * x + b * y + c) / w, (d * x + e * y + f) / w
