# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Finds for each segmented image the depth of the same moment, whichever comes first."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

Frame = TypeVar("Frame")
Depth = TypeVar("Depth")

MOST_DEPTHS = 30
"""Depths kept: a second at 30 Hz, which a slow network may take."""

MOST_WAITING = 4
"""Images that may wait for their depth: 130 ms at 30 Hz, which an alignment may take."""

JUMP_NS = 1_000_000_000
"""Depth older than the last by more comes from a clock that was set back, as by a bag's loop."""


@dataclass
class Outcome(Generic[Frame, Depth]):
    """What became certain when an image or a depth came.

    Attributes:
        matches: Images with their depth.
        missed: For each image that will get none, how much younger than it the nearest depth is,
            nanoseconds; None if there is no depth.
    """

    matches: list[tuple[Frame, Depth]] = field(default_factory=list)
    missed: list[int | None] = field(default_factory=list)


@dataclass(frozen=True)
class _Waiting(Generic[Frame]):
    number: int
    stamp_ns: int
    frame: Frame


class DepthMatcher(Generic[Frame, Depth]):
    """Pairs by stamp: of the depths within the tolerance, the nearest. Any thread may call it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._depths: deque[tuple[int, Depth]] = deque(maxlen=MOST_DEPTHS)
        self._waiting: list[_Waiting[Frame]] = []
        self._frames = 0

    def add_frame(self, stamp_ns: int, frame: Frame, tolerance_ns: int) -> Outcome[Frame, Depth]:
        """Takes an image that wants a depth."""
        with self._lock:
            self._frames += 1
            self._waiting.append(_Waiting(self._frames, stamp_ns, frame))
            outcome = self._settle(tolerance_ns)
            # Images come in the order of their stamps, so no later one can want older depths. The
            # last stays to tell by how much a depth of another clock is off.
            while len(self._depths) > 1 and self._depths[0][0] < stamp_ns - tolerance_ns:
                self._depths.popleft()
            return outcome

    def add_depth(self, stamp_ns: int, depth: Depth, tolerance_ns: int) -> Outcome[Frame, Depth]:
        """Takes a depth, for an image that waits for it or is still to come."""
        with self._lock:
            if self._depths and stamp_ns < self._depths[-1][0] - JUMP_NS:
                self._forget()
            if not self._depths:
                # Images from before the first depth: nothing is wrong with those.
                self._waiting = [w for w in self._waiting if w.stamp_ns >= stamp_ns - tolerance_ns]
            self._depths.append((stamp_ns, depth))
            return self._settle(tolerance_ns)

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._depths.clear()
        self._waiting.clear()

    def _settle(self, tolerance_ns: int) -> Outcome[Frame, Depth]:
        outcome: Outcome[Frame, Depth] = Outcome()
        undecided = []
        for waiting in self._waiting:
            nearest = min(
                self._depths, key=lambda depth: abs(depth[0] - waiting.stamp_ns), default=None
            )
            offset_ns = None if nearest is None else nearest[0] - waiting.stamp_ns
            if nearest is not None and abs(nearest[0] - waiting.stamp_ns) <= tolerance_ns:
                outcome.matches.append((waiting.frame, nearest[1]))
            elif self._too_late(waiting, tolerance_ns):
                outcome.missed.append(offset_ns)
            else:
                undecided.append(waiting)
        self._waiting = undecided
        return outcome

    def _too_late(self, waiting: _Waiting[Frame], tolerance_ns: int) -> bool:
        if self._frames - waiting.number >= MOST_WAITING:
            return True
        # Depths come in the order of their stamps, too.
        return bool(self._depths) and self._depths[-1][0] > waiting.stamp_ns + tolerance_ns
