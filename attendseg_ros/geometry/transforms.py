# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A tree of coordinate frames (REP 105): what /tf and /tf_static say, and what follows from it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from math import hypot, isfinite
from threading import Lock
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import AttendSegError
from attendseg_ros.geometry.transform_edge import Edge, Pose, far_apart
from attendseg_ros.shortening import shortened

Floats = NDArray[Any]

MOST_MOVING = 2_000
"""Moving frames kept. Trackers number what they see, and each number is a frame for ever."""

MOST_PARENTS, PARENTS_S = 4, 5.0
"""Changes of a frame's parent within so long that are none of a thing that is picked up."""


class NoTransform(Enum):
    """Why two frames are not connected at a moment."""

    MISSING = "no transform"
    LATE = "transform of another moment"
    MALFORMED = "malformed transform"
    IN_TURNS = "transform told twice"


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


class TransformTree:
    """Takes in transforms and connects frames; any thread may call it.

    A leading slash of a frame's name is no part of it.
    """

    def __init__(self) -> None:
        self._edges: dict[str, Edge] = {}
        self._parents_s: dict[str, deque[float]] = {}
        self._retold: dict[str, str] = {}
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
        length = hypot(*numbers[3:])
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
        pose = Pose(numbers[:3], [value / length for value in numbers[3:]])
        with self._lock:
            edge = self._edges.get(child)
            if edge is not None and edge.static and static:
                self._note_retold(child, edge, parent, pose)
            if edge is None or edge.parent != parent or edge.static != static:
                if edge is not None:
                    turns = self._parents_s.setdefault(child, deque(maxlen=MOST_PARENTS))
                    turns.append(monotonic())
                edge = self._edges[child] = Edge(parent, static=static)
            self._note(child, moves=not static)
            edge.put(stamp_ns, pose)

    def begin_anew(self) -> None:
        """Forgets all that moves: what is still to come is of another time."""
        with self._lock:
            for child in self._moving:
                del self._edges[child]
                self._parents_s.pop(child, None)
            self._moving.clear()

    def find(self, target: str, source: str, stamp_ns: int, tolerance_ns: int) -> Transform:
        """The transform that brings points of one frame into another, at a moment.

        Args:
            target: the frame to bring them to.
            source: the frame they are in.
            stamp_ns: the moment; 0 is not known, which does where all is static.
            tolerance_ns: how far from the moment what moves may have been measured.

        Raises:
            TransformError: the frames are not connected, were not at about that moment, or what is
                between them is told in two ways in turns.
        """
        target, source = target.lstrip("/"), source.lstrip("/")
        with self._lock:
            names = self._between(target, source)
            self._check_turns(target, source, (*names[0], *names[1]), stamp_ns)
            self._check_moment(target, source, (*names[0], *names[1]), stamp_ns, tolerance_ns)
            there = self._climb(names[0], stamp_ns)
            back = self._climb(names[1], stamp_ns)
        return back.inverse() @ there

    def retold(self, target: str, source: str) -> str:
        """What of that way was told once and for ever, and then otherwise; empty if nothing was.

        Args:
            target: as for `find`.
            source: likewise.
        """
        with self._lock, suppress(TransformError):
            names = self._between(target.lstrip("/"), source.lstrip("/"))
            found = [self._retold[name] for part in names for name in part if name in self._retold]
            return "; ".join(found)
        return ""

    def _between(self, target: str, source: str) -> tuple[list[str], list[str]]:
        """The frames from each of the two up to below the one that both are in."""
        up, down = self._ancestors(source), self._ancestors(target)
        common = next((frame for frame in up if frame in down), None)
        if common is None:
            raise TransformError(NoTransform.MISSING, self._gap(target, source))
        return up[: up.index(common)], down[: down.index(common)]

    def _note_retold(self, child: str, edge: Edge, parent: str, pose: Pose) -> None:
        if edge.parent != parent:
            self._retold[child] = (
                f"{shortened(child)} was static in {shortened(edge.parent)}, and then in "
                f"{shortened(parent)}"
            )
        elif far_apart(edge.poses[0], pose) > 1.0:
            metres, degrees = pose.from_(edge.poses[0])
            self._retold[child] = (
                f"{shortened(child)} in {shortened(parent)} was told as static twice, "
                f"{metres:.2f} m and {degrees:.0f} degrees apart"
            )

    def _check_turns(self, target: str, source: str, frames: Sequence[str], stamp_ns: int) -> None:
        for frame in frames:
            edge = self._edges[frame]
            parents_s = list(self._parents_s.get(frame, ()))
            where = f"from {shortened(source)} to {shortened(target)}: {shortened(frame)}"
            how = ""
            if len(parents_s) == MOST_PARENTS and parents_s[0] > monotonic() - PARENTS_S:
                how = "is in one frame and in another in turns"
            elif edge.goes_back_and_forth(stamp_ns):
                how = f"in {shortened(edge.parent)} goes back and forth with each transform"
            if how:
                raise TransformError(
                    NoTransform.IN_TURNS,
                    f"{where} {how}: it, or a joint that it hangs on, is told by two nodes (stop "
                    "one), or by a sensor that is too noisy to place it",
                )

    def _note(self, child: str, *, moves: bool) -> None:
        """Makes a moving frame the last that came, and forgets the first where there are many."""
        self._moving.pop(child, None)
        if moves:
            self._moving[child] = None
        if len(self._moving) > MOST_MOVING:
            oldest = next(iter(self._moving))
            del self._moving[oldest], self._edges[oldest]
            self._parents_s.pop(oldest, None)

    def _climb(self, frames: Sequence[str], stamp_ns: int) -> Transform:
        result = Transform(np.eye(3), np.zeros(3))
        for frame in frames:
            result = _mixed(*self._edges[frame].at(stamp_ns)) @ result
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


def _mixed(first: Pose, second: Pose, share: float) -> Transform:
    """A pose between two, on the short way; transforms are too near for more than a chord."""
    t0, t1 = np.array(first.translation), np.array(second.translation)
    q0, q1 = np.array(first.quaternion), np.array(second.quaternion)
    if float(q0 @ q1) < 0.0:
        q1 = -q1
    mixed = q0 + share * (q1 - q0)
    return Transform(_rotation(mixed / np.linalg.norm(mixed)), t0 + share * (t1 - t0))


def _rotation(quaternion: Floats) -> Floats:
    x, y, z, w = quaternion.tolist()
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
