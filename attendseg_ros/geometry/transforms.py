# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A tree of coordinate frames (REP 105): what /tf and /tf_static say, and what follows from it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import isfinite
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import AttendSegError
from attendseg_ros.shortening import shortened

Floats = NDArray[Any]

KEPT_NS = 10_000_000_000
"""Older transforms are forgotten, as tf2 does it."""

MOST_MOVING = 2_000
"""Moving frames kept. Trackers number what they see, and each number is a frame for ever."""

BACKWARDS_NS = 1_000_000_000
"""Stamps that run back farther begin anew: a recording that starts again."""

LONGEST_GAP_NS = 500_000_000
"""A frame that was lost for longer may have been anywhere in between: at 1 m/s^2 a straight line is
3 cm off in the middle."""


class NoTransform(Enum):
    """Why two frames are not connected at a moment."""

    MISSING = "no transform"
    LATE = "transform of another moment"
    MALFORMED = "malformed transform"


class TransformError(AttendSegError):
    """Two frames are not connected; the message is one line that names both."""

    def __init__(self, reason: NoTransform, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason


@dataclass(frozen=True)
class Transform:
    """A rotation and a translation: a point p of the source is rotation @ p + translation.

    Attributes:
        rotation: float64 (3, 3).
        translation: float64 (3,), metres.
    """

    rotation: Floats
    translation: Floats

    def __matmul__(self, other: Transform) -> Transform:
        """The other first, then this one."""
        return Transform(
            self.rotation @ other.rotation, self.rotation @ other.translation + self.translation
        )

    def inverse(self) -> Transform:
        """The way back."""
        return Transform(self.rotation.T, -self.rotation.T @ self.translation)


class _Edge:
    """What is known of a frame in its parent: one transform for ever, or those of late."""

    def __init__(self, parent: str, static: bool) -> None:
        self.parent, self.static = parent, static
        self.stamps: list[int] = []
        self.poses: list[tuple[Floats, Floats]] = []

    def put(self, stamp_ns: int, translation: Floats, quaternion: Floats) -> None:
        if self.static or (self.stamps and stamp_ns < self.stamps[-1] - BACKWARDS_NS):
            self.stamps.clear()
            self.poses.clear()
        place = bisect_left(self.stamps, stamp_ns)
        if place < len(self.stamps) and self.stamps[place] == stamp_ns:
            self.poses[place] = (translation, quaternion)
        else:
            self.stamps.insert(place, stamp_ns)
            self.poses.insert(place, (translation, quaternion))
        old = bisect_left(self.stamps, self.stamps[-1] - KEPT_NS)
        del self.stamps[:old], self.poses[:old]

    def offset_ns(self, stamp_ns: int) -> int:
        """How far the nearest is from a moment; above 0 where younger.

        0 between two that are near enough for what was in between to be known from them.
        """
        if self.static:
            return 0
        place = bisect_left(self.stamps, stamp_ns)
        around = self.stamps[max(place - 1, 0) : place + 1]
        if len(around) == 2 and around[1] - around[0] <= LONGEST_GAP_NS:
            return 0
        return min((stamp - stamp_ns for stamp in around), key=abs)

    def at(self, stamp_ns: int) -> Transform:
        place = bisect_left(self.stamps, stamp_ns)
        if self.static or place == 0:
            translation, quaternion = self.poses[0]
        elif place == len(self.stamps):
            translation, quaternion = self.poses[-1]
        else:
            before, after = self.stamps[place - 1], self.stamps[place]
            share = (stamp_ns - before) / (after - before)
            (t0, q0), (t1, q1) = self.poses[place - 1 : place + 1]
            translation, quaternion = t0 + share * (t1 - t0), _between(q0, q1, share)
        return Transform(_rotation(quaternion), translation)


class TransformTree:
    """Takes in transforms and connects frames; any thread may call it.

    A leading slash of a frame's name is no part of it.
    """

    def __init__(self) -> None:
        self._edges: dict[str, _Edge] = {}
        # Names alone, in the order of their last coming.
        self._moving: dict[str, None] = {}
        self._lock = Lock()

    def put(
        self,
        parent: str,
        child: str,
        stamp_ns: int,
        translation: Sequence[float],
        quaternion: Sequence[float],
        *,
        static: bool = False,
    ) -> None:
        """Takes in where a frame is in its parent.

        Args:
            parent: the frame in which the pose is given.
            child: the frame whose pose it is.
            stamp_ns: of the pose; of no matter for a static one.
            translation: x, y, z in metres.
            quaternion: x, y, z, w.
            static: whether it holds for ever.

        Raises:
            TransformError: it holds no numbers or no rotation, or names are missing.
        """
        parent, child = parent.lstrip("/"), child.lstrip("/")
        numbers = [float(value) for value in (*translation, *quaternion)]
        turn = np.array(numbers[3:])
        length = float(np.linalg.norm(turn))
        if not all(map(isfinite, numbers)) or abs(length - 1.0) > 0.01:
            raise TransformError(
                NoTransform.MALFORMED,
                f"from {shortened(child)} to {shortened(parent)}: its numbers are {numbers}, "
                "and the last four must be a rotation, of length 1",
            )
        if not parent or not child or parent == child:
            raise TransformError(
                NoTransform.MALFORMED, f"from {shortened(child)} to {shortened(parent)}"
            )
        with self._lock:
            edge = self._edges.get(child)
            if edge is None or edge.parent != parent or edge.static != static:
                edge = self._edges[child] = _Edge(parent, static)
            self._note(child, moves=not static)
            edge.put(stamp_ns, np.array(numbers[:3]), turn / length)

    def begin_anew(self) -> None:
        """Forgets all that moves: what is still to come is of another time."""
        with self._lock:
            for child in self._moving:
                del self._edges[child]
            self._moving.clear()

    def find(self, target: str, source: str, stamp_ns: int, tolerance_ns: int) -> Transform:
        """The transform that brings points of one frame into another, at a moment.

        Args:
            target: the frame to bring them to.
            source: the frame they are in.
            stamp_ns: the moment; 0 is not known, which does where all is static.
            tolerance_ns: how far from the moment what moves may have been measured.

        Raises:
            TransformError: the frames are not connected, or were not at about that moment.
        """
        target, source = target.lstrip("/"), source.lstrip("/")
        with self._lock:
            up, down = self._ancestors(source), self._ancestors(target)
            common = next((frame for frame in up if frame in down), None)
            if common is None:
                raise TransformError(NoTransform.MISSING, self._gap(target, source))
            names = up[: up.index(common)], down[: down.index(common)]
            self._check_moment(target, source, (*names[0], *names[1]), stamp_ns, tolerance_ns)
            there = self._climb(names[0], stamp_ns)
            back = self._climb(names[1], stamp_ns)
        return back.inverse() @ there

    def _note(self, child: str, *, moves: bool) -> None:
        """Makes a moving frame the last that came, and forgets the first where there are many."""
        self._moving.pop(child, None)
        if moves:
            self._moving[child] = None
        if len(self._moving) > MOST_MOVING:
            oldest = next(iter(self._moving))
            del self._moving[oldest], self._edges[oldest]

    def _climb(self, frames: Sequence[str], stamp_ns: int) -> Transform:
        result = Transform(np.eye(3), np.zeros(3))
        for frame in frames:
            result = self._edges[frame].at(stamp_ns) @ result
        return result

    def _ancestors(self, frame: str) -> list[str]:
        """The frame and all above it."""
        line = [frame]
        while (edge := self._edges.get(line[-1])) is not None and edge.parent not in line:
            line.append(edge.parent)
        return line

    def _gap(self, target: str, source: str) -> str:
        known = {*self._edges, *(edge.parent for edge in self._edges.values())}
        text = f"from {shortened(source)} to {shortened(target)}"
        unknown = [repr(frame) for frame in (source, target) if frame not in known]
        if unknown:
            verb = "is" if len(unknown) == 1 else "are"
            return f"{text}: {' and '.join(unknown)} {verb} not on /tf or /tf_static"
        return f"{text}: they are in two trees"

    def _check_moment(
        self, target: str, source: str, frames: Sequence[str], stamp_ns: int, tolerance_ns: int
    ) -> None:
        for frame in frames:
            edge = self._edges[frame]
            if edge.static:
                continue
            where = f"from {shortened(source)} to {shortened(target)}"
            if stamp_ns == 0:
                raise TransformError(
                    NoTransform.LATE, f"{where}: it moves, and the moment is not known"
                )
            offset_ns = edge.offset_ns(stamp_ns)
            if abs(offset_ns) > tolerance_ns:
                direction = "older" if offset_ns < 0 else "younger"
                raise TransformError(
                    NoTransform.LATE,
                    f"{where}: the nearest of {shortened(frame)} in {shortened(edge.parent)} is "
                    f"{abs(offset_ns) / 1e9:.2f} s {direction}, at most "
                    f"{tolerance_ns / 1e9:g} s is allowed",
                )


def _between(first: Floats, second: Floats, share: float) -> Floats:
    """A rotation between two, on the short way; transforms are too near for more than a chord."""
    if float(first @ second) < 0.0:
        second = -second
    mixed = first + share * (second - first)
    return np.asarray(mixed / np.linalg.norm(mixed))


def _rotation(quaternion: Floats) -> Floats:
    x, y, z, w = quaternion.tolist()
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
