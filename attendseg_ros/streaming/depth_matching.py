# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Finds for each segmented image the depth of the same moment, whichever comes first."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from attendseg_ros.clocks import NANOSECONDS_PER_MS

Frame = TypeVar("Frame")
Depth = TypeVar("Depth")

MOST_DEPTHS = 30
"""Depths kept: a second at 30 Hz, which a slow network may take."""

MOST_WAITING = 4
"""Images that may wait for their depth: 130 ms at 30 Hz, which an alignment may take."""

JUMP_NS = 1_000_000_000
"""Depth older than the last by more comes from a clock that was set back, as by a bag's loop."""

ORDERLY = 10
"""Depths in the order of their stamps after which the next ones are taken to come so, too."""


@dataclass
class Outcome(Generic[Frame, Depth]):
    """What became certain when an image or a depth came.

    Attributes:
        matches: images with their depth.
        missed: for each image that will get none, how much younger than it the nearest depth is,
            nanoseconds; None if there is no depth.
    """

    matches: list[tuple[Frame, Depth]] = field(default_factory=list)
    missed: list[int | None] = field(default_factory=list)


@dataclass(frozen=True)
class _Waiting(Generic[Frame]):
    number: int
    round: int
    stamp_ns: int
    frame: Frame


class DepthMatcher(Generic[Frame, Depth]):
    """Pairs by stamp: of the depths within the tolerance, the nearest. Any thread may call it.

    Of the depths that came, the last ones are looked at. What waits and what is waited for may as
    well be clouds of a lidar, and masks.

    An image whose depth is here waits until no nearer one can come:

    - a depth of the very stamp ends the waiting at once;
    - so does one past the tolerance, or, once `ORDERLY` depths have come in the order of their
      stamps, one that is not before the image;
    - at the latest, `MOST_WAITING` images or two calls of `settle_late` end it.

    Equally near, the earlier one is taken.
    """

    def __init__(self, most_depths: int = MOST_DEPTHS) -> None:
        """Begins with nothing.

        Args:
            most_depths: how many are kept.
        """
        self._lock = Lock()
        self._depths: deque[tuple[int, Depth]] = deque(maxlen=most_depths)
        self._in_order = 0
        self._waiting: list[_Waiting[Frame]] = []
        self._frames = 0
        self._round = 0

    def add_frame(self, stamp_ns: int, frame: Frame, tolerance_ns: int) -> Outcome[Frame, Depth]:
        """Takes an image that wants a depth."""
        with self._lock:
            self._frames += 1
            self._waiting.append(_Waiting(self._frames, self._round, stamp_ns, frame))
            outcome = self._settle(tolerance_ns)
            # Images come in the order of their stamps, so neither this one nor a later one, nor one
            # that waits, can want older depths. The last stays to tell by how much a depth of
            # another clock is off.
            oldest_ns = min((waiting.stamp_ns for waiting in self._waiting), default=stamp_ns)
            oldest_ns = min(oldest_ns, stamp_ns) - tolerance_ns
            while len(self._depths) > 1 and self._depths[0][0] < oldest_ns:
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
            in_order = not self._depths or stamp_ns >= self._depths[-1][0]
            self._in_order = self._in_order + 1 if in_order else 0
            self._depths.append((stamp_ns, depth))
            return self._settle(tolerance_ns)

    def settle_late(self, tolerance_ns: int) -> Outcome[Frame, Depth]:
        """Gives each image that waits since before the last call the nearest depth there is.

        To be called now and then, for the last image before a pause: what else ends its waiting
        does not come. An image without any depth within the tolerance goes on waiting.
        """
        with self._lock:
            self._round += 1
            return self._settle(tolerance_ns)

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._depths.clear()
        self._waiting.clear()
        self._in_order = 0

    def _settle(self, tolerance_ns: int) -> Outcome[Frame, Depth]:
        outcome: Outcome[Frame, Depth] = Outcome()
        undecided = []
        for waiting in self._waiting:
            nearest = min(
                self._depths,
                key=lambda depth: (abs(depth[0] - waiting.stamp_ns), depth[0]),
                default=None,
            )
            offset_ns = None if nearest is None else nearest[0] - waiting.stamp_ns
            if nearest is None or abs(nearest[0] - waiting.stamp_ns) > tolerance_ns:
                if self._too_late(waiting, tolerance_ns):
                    outcome.missed.append(offset_ns)
                else:
                    undecided.append(waiting)
            elif self._is_certain(waiting, offset_ns, tolerance_ns):
                outcome.matches.append((waiting.frame, nearest[1]))
            else:
                undecided.append(waiting)
        self._waiting = undecided
        return outcome

    def _is_certain(
        self, waiting: _Waiting[Frame], offset_ns: int | None, tolerance_ns: int
    ) -> bool:
        """Whether no depth that is nearer can come any more, or it would come too late."""
        if offset_ns == 0 or self._too_late(waiting, tolerance_ns):
            return True
        orderly = self._in_order >= ORDERLY and self._depths[-1][0] >= waiting.stamp_ns
        return orderly or self._round - waiting.round > 1

    def _too_late(self, waiting: _Waiting[Frame], tolerance_ns: int) -> bool:
        if self._frames - waiting.number >= MOST_WAITING:
            return True
        # A depth past the tolerance: what is still to come is later, as depths are published.
        return bool(self._depths) and self._depths[-1][0] > waiting.stamp_ns + tolerance_ns


def miss_in_words(offset_ns: int | None, of: str, parameter: str, tolerance_ms: float) -> str:
    """Why something got nothing of its moment.

    Args:
        offset_ns: how much younger the nearest is, of `Outcome.missed`.
        of: what got nothing, as "image".
        parameter: the name of the tolerance.
        tolerance_ms: its value.
    """
    if offset_ns is None:
        return "none has come"
    direction = "older" if offset_ns < 0 else "younger"
    return (
        f"the nearest is {abs(offset_ns) / NANOSECONDS_PER_MS:.1f} ms {direction} than the {of}, "
        f"{parameter} is {tolerance_ms:g}"
    )
