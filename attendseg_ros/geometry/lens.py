# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A camera as it is, lens included: from pixels to rays, and from points to pixels."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.geometry.distortion import Distortion, Pinhole
from attendseg_ros.geometry.lens_models import PINHOLE, distortion_of
from attendseg_ros.geometry.pinhole import Intrinsics, Rays

Floats = NDArray[Any]


@dataclass(frozen=True)
class Lens:
    """A camera with its lens; two are equal when all their numbers are.

    Coordinates are those of an optical frame (REP 103): x right, y down, z forward. Whole numbers
    are the centres of pixels. What is computed for every pixel is computed once.

    Attributes:
        camera: the camera matrix of the image as it is published, and its size.
        model: distortion_model of camera_info.
        coefficients: d of camera_info.
    """

    camera: Intrinsics
    model: str = PINHOLE
    coefficients: tuple[float, ...] = ()
    distortion: Distortion = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Reads the model.

        Raises:
            LensError: it is not known, or D does not fit it.
        """
        # The one way to set what is derived in a frozen object.
        object.__setattr__(self, "distortion", distortion_of(self.model, self.coefficients))

    @property
    def bends(self) -> bool:
        """Whether the image is not that of a pinhole."""
        return not isinstance(self.distortion, Pinhole)

    def scaled(self, width: int, height: int) -> Lens:
        """The camera of the same image at another size, as image_proc's resize node scales K."""
        c = self.camera
        if (width, height) == (c.width, c.height):
            return self
        x, y = width / c.width, height / c.height
        camera = Intrinsics(c.fx * x, c.fy * y, c.cx * x, c.cy * y, width, height)
        return replace(self, camera=camera)

    @cached_property
    def rays(self) -> Rays:
        """The ray of every pixel, scaled to z = 1."""
        if not self.bends:
            return Rays(self.camera)
        directions = self.directions
        ahead = directions[..., 2] > 0.0
        x, y = (
            np.divide(part, directions[..., 2], out=np.full_like(part, np.nan), where=ahead)
            for part in (directions[..., 0], directions[..., 1])
        )
        return Rays(self.camera, x, y)

    @cached_property
    def directions(self) -> Floats:
        """The ray of every pixel, float32 (H, W, 3) of length 1; NaN where it sees nothing."""
        rows, columns = np.mgrid[: self.camera.height, : self.camera.width]
        return self.unproject(columns, rows).astype(np.float32)

    def unproject(self, columns: Floats, rows: Floats) -> Floats:
        """The rays that pixels see.

        Args:
            columns: (...), pixels, fractions too; inside or outside the image.
            rows: (...).

        Returns:
            float64 (..., 3) of length 1; NaN where no ray comes out.
        """
        c = self.camera
        x = (np.asarray(columns, np.float64) - c.cx) / c.fx
        y = (np.asarray(rows, np.float64) - c.cy) / c.fy
        return self.distortion.unbend(x, y)

    def project(self, points: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """The pixels at which points are seen.

        Args:
            points: (..., 3), metres in the optical frame; float32 is computed in float32.

        Returns:
            (..., 2) of the same type: column and row, inside or outside the image; and bool (...):
            false behind the camera, beyond where the lens's model holds, and for NaN.
        """
        c = self.camera
        with np.errstate(invalid="ignore", over="ignore"):
            x, y, valid = self.distortion.bend(points)
            # All columns first, then all rows: whoever works on one of them has it in one piece.
            pixels = np.empty((2, *x.shape), x.dtype)
            np.multiply(x, c.fx, out=pixels[0, ...])
            np.multiply(y, c.fy, out=pixels[1, ...])
            pixels[0] += c.cx
            pixels[1] += c.cy
            # Of a point at infinity, or of none, nothing else has told yet.
            valid &= np.isfinite(x + y)
        return np.moveaxis(pixels, 0, -1), valid
