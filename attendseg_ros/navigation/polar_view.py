# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ground around a camera in rays along it: which pixel shows which place.

A thing that stands on the ground hides what is behind it, and its top is seen where it would lie
if it were painted onto the ground: farther away, in the same direction from the point below the
lens. So all is looked at direction by direction, from near to far, whatever the roll of the camera
and its lens. In each direction, only the foot of the first obstacle is a place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import atan2, ceil, inf, pi
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.navigation.ground_plane import CameraPose, GroundError
from attendseg_ros.navigation.traversability import FREE, OCCUPIED, UNKNOWN

Floats = NDArray[Any]
Pixels = NDArray[np.uint8]
Project = Callable[[Floats], tuple[Floats, NDArray[np.bool_]]]
"""Points (N, 3) in the optical frame to pixels (N, 2), and whether the lens shows them."""

UNSEEN = 1
"""In place of an occupancy: no pixel shows that place, or none shows it well enough."""

LARGEST_SIDE = 640
"""Pixels of the longer side that are looked at; a larger image is read in squares."""

_UPWARD_DEG = -45.0
"""A camera of a vehicle that looks up so has its pose from a frame whose z axis is up."""

_DEGREE = pi / 180.0
_MOST_DIRECTIONS, _MOST_STEPS = 1440, 720
_FINENESS = 0.75
"""Steps are this share of a pixel at the lens's axis: towards its edges pixels show less."""

_NEAR_EDGE = 1.5
"""Directions whose view begins within this many times the nearest begin at the near edge."""


@dataclass(frozen=True)
class View:
    """What a camera sees and how far it is believed.

    Attributes:
        project: of the lens.
        width: of the image, pixels.
        height: of the image, pixels.
        pixels_per_radian: of the image at the lens's axis: its focal length.
        pose: of the camera.
        min_range_m: nearer to the point below the lens nothing is believed.
        max_range_m: farther, neither.
        coarsest_m: nor where a pixel covers more of the ground, in the direction of view.
    """

    project: Project
    width: int
    height: int
    pixels_per_radian: float
    pose: CameraPose
    min_range_m: float
    max_range_m: float
    coarsest_m: float


class PolarView:
    """The pixels of a view in order of direction and distance from the point below the lens.

    Attributes:
        directions: float64 (A,), radians in the ground frame, rising; the first may be below -pi.
        ranges: float64 (R,), metres from the point below the lens, rising.
        seen: bool (A, R), whether a pixel shows that place well enough.
    """

    def __init__(self, view: View) -> None:
        """Looks up every place once.

        Raises:
            GroundError: the pose is of no use, or no pixel shows ground within the range.
        """
        view.pose.check()
        self.view = view
        self._square = max(1, ceil(max(view.width, view.height) / LARGEST_SIDE))
        # Squares that stick out of the image are left out.
        self._rows, self._columns = view.height // self._square, view.width // self._square
        first, last, steepest = self._bounds()
        step = _FINENESS * self._square / view.pixels_per_radian
        count = min(max(ceil((last - first) / step), 1), _MOST_DIRECTIONS)
        self.step = (last - first) / count
        self.directions = first + self.step * (np.arange(count) + 0.5)
        flattest = atan2(view.pose.position[2], view.max_range_m)
        steps = min(max(ceil((steepest - flattest) / step), 2), _MOST_STEPS)
        self._drop = max(steepest - flattest, 1e-9) / steps
        self._steepest = steepest
        self.ranges = view.pose.position[2] / np.tan(steepest - self._drop * np.arange(steps + 1))
        self.ranges = np.maximum(self.ranges, 0.0)
        self._look_up()

    def occupancy(self, pixels: Pixels) -> Pixels:
        """What every place is by a mask.

        Args:
            pixels: uint8 (H, W): `FREE`, `OCCUPIED`, anything else is unknown.

        Returns:
            uint8 (A, R): `FREE`, `OCCUPIED`, `UNKNOWN` or `UNSEEN`; valid until the next call.
        """
        if self._square == 1:
            np.copyto(self._flat[:-1], pixels.ravel())
        else:
            np.copyto(self._flat[:-1], self._squares(pixels).ravel())
        return np.take(self._flat, self._index, out=self._taken, mode="clip")

    def feet(self, occupancy: Pixels) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Where the first obstacle of each direction stands.

        An obstacle that reaches out of the image where the view begins has its foot outside. Where
        that is the near edge of the view, the edge is its place, and farther than it is by little.
        Elsewhere its place is not known.

        Returns:
            The step, (A,), R where there is no obstacle; and bool (A,), whether it is its place.
        """
        hits = occupancy == OCCUPIED
        all_of_them = np.arange(len(hits))
        first = hits.argmax(axis=1)
        there = hits[all_of_them, first]
        # The pixel beside the edge may be half outside.
        entering = occupancy[all_of_them, np.maximum(first - 1, 0)] == UNSEEN
        entering |= occupancy[all_of_them, np.maximum(first - 2, 0)] == UNSEEN
        placed = there & (~entering | (first <= self._near_edge))
        return np.where(there, first, len(self.ranges)), placed

    def place(self, x: Floats, y: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Direction and step of places in the ground frame; -1 and -1 where outside of all.

        Args:
            x: (...), metres.
            y: (...).
        """
        at_x, at_y, height = self.view.pose.position
        aside, ahead = np.asarray(y) - at_y, np.asarray(x) - at_x
        turn = np.mod(np.arctan2(aside, ahead) - self.directions[0] + self.step / 2, 2 * pi)
        direction = np.floor(turn / self.step).astype(np.intp)
        drop = np.arctan2(height, np.hypot(ahead, aside))
        step = np.rint((self._steepest - drop) / self._drop).astype(np.intp)
        inside = (direction < len(self.directions)) & (step >= 0) & (step < len(self.ranges))
        return np.where(inside, direction, -1), np.where(inside, step, -1)

    def _squares(self, pixels: Pixels) -> Pixels:
        """The worst of each square of pixels: an obstacle, else what is unknown, else free."""
        side = self._square
        ranked = cv2.LUT(pixels[: self._rows * side, : self._columns * side], _RANK)
        # The largest value of a square comes to stand at its first pixel.
        worst = cv2.dilate(ranked, np.ones((side, side), np.uint8), anchor=(0, 0))[::side, ::side]
        return np.asarray(cv2.LUT(np.ascontiguousarray(worst), _UNRANK), np.uint8)

    def _pixels_of(self, directions: Floats, ranges: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Where places are in the image, (A, R, 2), and whether they are in it."""
        view = self.view
        toward = np.empty((len(directions), len(ranges), 3), np.float32)
        toward[..., 0] = np.cos(directions)[:, None] * ranges
        toward[..., 1] = np.sin(directions)[:, None] * ranges
        toward[..., 2] = -view.pose.position[2]
        pixels, valid = view.project(toward @ view.pose.matrix.astype(np.float32))
        with np.errstate(invalid="ignore"):
            valid = valid & (pixels[..., 0] >= -0.5) & (pixels[..., 0] < view.width - 0.5)
            valid &= (pixels[..., 1] >= -0.5) & (pixels[..., 1] < view.height - 0.5)
        return pixels, valid

    def _bounds(self) -> tuple[float, float, float]:
        """The directions between which there is ground in view, and how steeply down at most."""
        view = self.view
        height = view.pose.position[2]
        flattest = atan2(height, view.max_range_m)
        steepest = min(atan2(height, view.min_range_m), pi / 2 - 1e-3)
        if steepest <= flattest:
            raise GroundError(
                f"the range from {view.min_range_m:g} to {view.max_range_m:g} m holds nothing"
            )
        directions = np.arange(-pi, pi, _DEGREE)
        drops = np.linspace(steepest, flattest, max(ceil((steepest - flattest) / _DEGREE), 24))
        valid = self._pixels_of(directions, height / np.tan(drops))[1]
        if not valid.any():
            raise GroundError(self._nothing())
        seen = np.flatnonzero(valid.any(axis=1))
        # All around but for the widest gap.
        gaps = np.diff(np.append(seen, seen[0] + len(directions)))
        widest = int(gaps.argmax())
        first = directions[seen[(widest + 1) % len(seen)]]
        last = directions[seen[widest]]
        if last < first:
            first -= 2 * pi
        # What is seen begins and ends within a degree of what was found.
        first, last = first - _DEGREE, min(last + _DEGREE, first - _DEGREE + 2 * pi)
        lowest = drops[np.flatnonzero(valid.any(axis=0))[0]]
        return first, last, min(lowest + 2 * (drops[0] - drops[1]), steepest)

    def _nothing(self) -> str:
        view = self.view
        pitch = view.pose.pitch_deg
        looks = f"looks {abs(pitch):.0f} degrees {'down' if pitch >= 0.0 else 'up'}"
        hint = "; its z axis must be the view (REP 103)" if pitch < _UPWARD_DEG else ""
        return (
            f"the camera {looks} from {view.pose.position[2]:.2f} m: no pixel shows the ground "
            f"between {view.min_range_m:g} and {view.max_range_m:g} m{hint}"
        )

    def _look_up(self) -> None:
        view = self.view
        pixels, seen = self._pixels_of(self.directions, self.ranges)
        # How much ground a pixel covers, from one step to the next.
        moved = np.diff(pixels, axis=1)
        covered = np.full(seen.shape, inf, np.float32)
        with np.errstate(all="ignore"):
            covered[:, :-1] = np.diff(self.ranges) / np.hypot(moved[..., 0], moved[..., 1])
        covered[:, -1] = covered[:, -2]
        with np.errstate(invalid="ignore"):
            self.seen = seen & (covered <= view.coarsest_m)
            whole = np.rint(np.where(self.seen[..., None], pixels, 0.0)).astype(np.intp)
        row, column = whole[..., 1] // self._square, whole[..., 0] // self._square
        self.seen &= (row < self._rows) & (column < self._columns)
        if not self.seen.any():
            raise GroundError(
                f"a pixel covers more than {view.coarsest_m:g} m of the ground everywhere: "
                f"{self._nothing()}"
            )
        begins = self.seen.argmax(axis=1)
        near = self.ranges[begins[self.seen.any(axis=1)]].min()
        at_near_edge = self.ranges[begins] <= max(_NEAR_EDGE * near, near + view.coarsest_m)
        self._near_edge = np.where(at_near_edge, begins + 1, -1)
        last = self._rows * self._columns
        self._index = np.where(self.seen, row * self._columns + column, last)
        self._flat = np.full(last + 1, UNSEEN, np.uint8)
        self._taken = np.empty(self._index.shape, np.uint8)


_RANK = np.full(256, 1, np.uint8)
_RANK[FREE], _RANK[OCCUPIED] = 0, 2
_UNRANK = np.full(256, UNKNOWN, np.uint8)
_UNRANK[0], _UNRANK[2] = FREE, OCCUPIED
