# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which lens a distortion_model and a D of camera_info mean."""

from __future__ import annotations

from collections.abc import Sequence

from attendseg_ros.errors import AttendSegError
from attendseg_ros.geometry.distortion import Distortion, Pinhole
from attendseg_ros.geometry.equidistant_lens import Equidistant
from attendseg_ros.geometry.polynomial_lens import Polynomial
from attendseg_ros.shortening import shortened

PINHOLE, PLUMB_BOB = "pinhole", "plumb_bob"
RATIONAL_POLYNOMIAL, EQUIDISTANT = "rational_polynomial", "equidistant"

# What drivers and calibration tools write into distortion_model.
_MODELS = {
    "": PINHOLE,
    "none": PINHOLE,
    PINHOLE: PINHOLE,
    PLUMB_BOB: PLUMB_BOB,
    "radtan": PLUMB_BOB,
    "brown_conrady": PLUMB_BOB,
    RATIONAL_POLYNOMIAL: RATIONAL_POLYNOMIAL,
    EQUIDISTANT: EQUIDISTANT,
    "fisheye": EQUIDISTANT,
    "kannala_brandt": EQUIDISTANT,
    "kannala_brandt4": EQUIDISTANT,
}

POLYNOMIAL_COUNTS = (4, 5, 8, 12, 14)
"""How many coefficients OpenCV takes: k1 k2 p1 p2 [k3 [k4 k5 k6 [s1 s2 s3 s4 [tx ty]]]]."""

_MOST_SHOWN = POLYNOMIAL_COUNTS[-1]

LARGEST, SMALLEST = 1e6, 1e-15
"""Coefficients of calibrated lenses come to hundreds. Polynomials of larger ones overflow, those
of smaller ones cannot be solved; what a smaller one adds is no thousandth of a pixel."""

STEEPEST = 1.5
"""Tilt of a sensor in radians: one that lies along the axis has no image."""


class LensError(AttendSegError):
    """A lens of a kind that is not known, or coefficients that are none; one line."""


def canonical(model: str) -> str:
    """The one name of a model that has many.

    Raises:
        LensError: the model is not known.
    """
    known = _MODELS.get(model.strip().lower().replace(" ", "_").replace("-", "_"))
    if known is None:
        raise LensError(
            f"distortion_model {shortened(model)} is not known; known are plumb_bob, "
            "rational_polynomial and equidistant"
        )
    return known


def distortion_of(model: str, coefficients: Sequence[float]) -> Distortion:
    """What a lens does, by its distortion_model and D.

    Args:
        model: plumb_bob, rational_polynomial or equidistant, or another name of these.
        coefficients: d; all 0 or none is a pinhole, of an equidistant lens the ideal one.

    Raises:
        LensError: the model is not known, D is not of its length or holds numbers that no lens has,
            or there is a D without a model.
    """
    values = [float(value) for value in coefficients]
    if not all(abs(value) <= LARGEST for value in values):
        raise LensError(
            f"D is {numbers(values)}: is it calibrated? Each must be a number from {-LARGEST:g} to "
            f"{LARGEST:g}"
        )
    values = [value if abs(value) >= SMALLEST else 0.0 for value in values]
    known = canonical(model)
    if known == EQUIDISTANT:
        if len(values) not in (0, 4) and (len(values) < 4 or any(values[4:])):
            raise LensError(f"D is {numbers(values)}: {model} has 4 coefficients")
        return Equidistant((values + [0.0] * 4)[:4])
    if not any(values):
        return Pinhole()
    if known == PINHOLE:
        raise LensError(
            f"D is {numbers(values)} and distortion_model is {shortened(model)}: it must say what "
            "D means, plumb_bob, rational_polynomial or equidistant"
        )
    if len(values) not in POLYNOMIAL_COUNTS:
        raise LensError(
            f"D is {numbers(values)}: {model} has "
            f"{', '.join(map(str, POLYNOMIAL_COUNTS[:-1]))} or {POLYNOMIAL_COUNTS[-1]} coefficients"
        )
    if any(abs(angle) > STEEPEST for angle in values[12:]):
        raise LensError(
            f"D is {numbers(values)}: its last two tilt the sensor, and must be from "
            f"{-STEEPEST} to {STEEPEST} radians"
        )
    return Polynomial(values)


def numbers(values: Sequence[float]) -> str:
    """Coefficients as a message shows them: as many as a lens can have."""
    shown = ", ".join(f"{value:g}" for value in values[:_MOST_SHOWN])
    more = len(values) - _MOST_SHOWN
    return f"[{shown} and {more} more]" if more > 0 else f"[{shown}]"
