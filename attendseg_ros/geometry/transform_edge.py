# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where one coordinate frame is in its parent, of late or for ever; and whether that can be."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Sequence
from math import acos, degrees, dist

KEPT_NS = 10_000_000_000
"""Older transforms are forgotten, as tf2 does it."""

BACKWARDS_NS = 1_000_000_000
"""Stamps that run back farther begin anew: a recording that starts again."""

LONGEST_GAP_NS = 500_000_000
"""A frame that was lost for longer may have been anywhere in between: at 1 m/s^2 a straight line is
3 cm off in the middle."""

APART_M, APART_DEG = 0.03, 1.0
"""What two transforms differ by that place a camera in two ways: of what is seen at 5 m a degree of
pitch makes a metre."""

MOST_TURNS, TURNS_NS = 6, 1_000_000_000
"""Turns within so long that are none of one frame, which shakes slower than its pose is told."""

MOST_SHARE = 0.125
"""Share of the transforms, too: noise has some turns of any size where many come in a second."""

Vector = tuple[float, ...]


class Pose:
    """A translation in metres, and a rotation as the quaternion x, y, z, w of length 1."""

    __slots__ = ("quaternion", "translation")

    def __init__(self, translation: Sequence[float], quaternion: Sequence[float]) -> None:
        # Plain numbers: thousands may come in a second, and few are asked for.
        self.translation: Vector = tuple(translation)
        self.quaternion: Vector = tuple(quaternion)

    def from_(self, other: Pose) -> tuple[float, float]:
        """By how much it differs from another: metres and degrees."""
        pairs = zip(self.quaternion, other.quaternion, strict=True)
        cosine = abs(sum(one * another for one, another in pairs))
        metres = dist(self.translation, other.translation)
        return metres, 2.0 * degrees(acos(min(1.0, cosine)))


def far_apart(one: Pose, other: Pose) -> float:
    """By how many times `APART_M` or `APART_DEG` two poses differ."""
    metres, angle = one.from_(other)
    return max(metres / APART_M, angle / APART_DEG)


class Edge:
    """What is known of a frame in its parent: one transform for ever, or those of late.

    Attributes:
        parent: the frame's name.
        static: whether it holds for ever.
        stamps: nanoseconds, rising.
        poses: one for each.
    """

    def __init__(self, parent: str, *, static: bool) -> None:
        self.parent, self.static = parent, static
        self.stamps: list[int] = []
        self.poses: list[Pose] = []
        self._arrived: deque[tuple[int, Pose]] = deque(maxlen=2)
        self._turns: list[int] = []

    def put(self, stamp_ns: int, pose: Pose) -> None:
        """Takes in a transform."""
        if self.static or (self.stamps and stamp_ns < self.stamps[-1] - BACKWARDS_NS):
            self.stamps.clear()
            self.poses.clear()
            self._arrived.clear()
            self._turns.clear()
        self._look_for_a_turn(stamp_ns, pose)
        place = bisect_left(self.stamps, stamp_ns)
        if place < len(self.stamps) and self.stamps[place] == stamp_ns:
            self.poses[place] = pose
        else:
            self.stamps.insert(place, stamp_ns)
            self.poses.insert(place, pose)
        old = bisect_left(self.stamps, self.stamps[-1] - KEPT_NS)
        del self.stamps[:old], self.poses[:old]

    def goes_back_and_forth(self, stamp_ns: int) -> bool:
        """Whether it does so about a moment, as of two that are told in turns."""
        turns, stamps = (
            bisect_right(times, stamp_ns + TURNS_NS) - bisect_left(times, stamp_ns - TURNS_NS)
            for times in (self._turns, self.stamps)
        )
        return turns >= max(MOST_TURNS, MOST_SHARE * stamps)

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

    def at(self, stamp_ns: int) -> tuple[Pose, Pose, float]:
        """The poses around a moment, and how far it is from the first to the second, 0.0 to 1.0."""
        place = bisect_left(self.stamps, stamp_ns)
        if self.static or place == 0:
            return self.poses[0], self.poses[0], 0.0
        if place == len(self.stamps):
            return self.poses[-1], self.poses[-1], 0.0
        before, after = self.stamps[place - 1], self.stamps[place]
        share = (stamp_ns - before) / (after - before)
        return self.poses[place - 1], self.poses[place], share

    def _look_for_a_turn(self, stamp_ns: int, pose: Pose) -> None:
        """Notes whether it has gone away with the last, and come back with this one.

        In the order of their coming: one of two may stamp behind, or both the same, and a simulated
        clock may stand for several transforms of a frame that turns.
        """
        if len(self._arrived) == 2:
            (first_ns, first), (_, away) = self._arrived
            there = far_apart(away, pose)
            if there > 1.0 and abs(stamp_ns - first_ns) <= LONGEST_GAP_NS:
                there = min(there, far_apart(first, away))
                if there > 1.0 and far_apart(first, pose) < 0.5 * there:
                    insort(self._turns, stamp_ns)
                    del self._turns[: bisect_left(self._turns, self._turns[-1] - KEPT_NS)]
        self._arrived.append((stamp_ns, pose))
