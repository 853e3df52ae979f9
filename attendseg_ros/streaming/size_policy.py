# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""At which input size the network keeps a latency: quickly down, patiently up.

Only frames are looked at, one after another, so the same frames always lead to the same sizes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias

from attendseg_ros.streaming.timing import percentile

Size: TypeAlias = tuple[int, int]

CAMERA_TO_MASK = "camera to mask"
"""What a latency is, in words."""

RECEIPT_TO_MASK = "receipt to mask"
"""The part of it that is known where the stamps are of another clock."""

WINDOW = 40
"""Frames that a p95 is of."""

TOLERATED = 2
"""Frames of a window that may be slower than its p95: a few spikes change nothing."""

SETTLING = 3
"""First frames at a size that say nothing of it: they waited for one at the size before."""

ENOUGH = 20
"""Frames seen at a size before a larger one is thought of."""

COMPARED = TOLERATED + 1
"""Frames before and after a move that tell how the network's time grows with its input."""

MARGIN = 0.1
"""Share of the target by which the latency expected at a larger size must stay below it."""

SHORTEST_WAIT_S = 5.0
"""For so long must a larger size look fit before it is tried."""

LONGEST_WAIT_S = 320.0
"""The wait after a size has been left again soon, time after time."""

_LONGEST_GAP_S = 1.0
"""A frame after a longer pause counts as this much waiting: nothing was seen meanwhile."""


@dataclass(frozen=True)
class PacedFrame:
    """What a frame cost, in milliseconds, and when it was done, in seconds of a steady clock.

    Attributes:
        latency_ms: from the camera's stamp to the mask, or from its receipt where that is unknown.
        processing_ms: what the node took of it.
        network_ms: what the network took of that.
        done_s: when.
    """

    latency_ms: float
    processing_ms: float
    network_ms: float
    done_s: float


class SizePolicy:
    """Chooses among input sizes so that the p95 of the latency stays within a target.

    A size is left for the next smaller one as soon as the p95 of its frames is above the target,
    whatever frames may follow. It is left for the next larger one when the latency expected there
    has been below the target, by a margin, for a while. That while doubles each time the larger
    size had to be left soon, so that a size just out of reach is tried ever more seldom.

    Attributes:
        size: at which the network is to run.
        why: it is this one, in words.
        unreachable: that the smallest size is too slow, in words; empty while it is not.
        measured: what the latencies are of, in words.
    """

    def __init__(self, sizes: Sequence[Size], size: Size, target_ms: float) -> None:
        """Restarts.

        Args:
            sizes: to choose among, the largest first.
            size: one of these, at which the network runs.
            target_ms: above 0.
        """
        self._sizes = list(sizes)
        self._target_ms = target_ms
        self._frames: deque[PacedFrame] = deque(maxlen=WINDOW)
        self._growth: dict[tuple[Size, Size], float] = {}
        self._left: tuple[Size, float] | None = None
        self._wait_s: dict[Size, float] = {}
        self.size = self._size_before = size
        self.why = "the largest" if size == self._sizes[0] else "it ran already"
        self.unreachable = ""
        self.measured = CAMERA_TO_MASK
        self._climbed = False
        self._at_size_s = self._fit_s = 0.0
        self._settling = SETTLING

    @property
    def target_ms(self) -> float:
        """The latency to keep; setting it again forgets which sizes were too slow before."""
        return self._target_ms

    @target_ms.setter
    def target_ms(self, target_ms: float) -> None:
        if target_ms != self._target_ms:
            self._target_ms = target_ms
            self._wait_s.clear()
            self._begin()

    def forget(self) -> None:
        """Restarts the window: what follows is not the same stream."""
        self._begin()

    def observe(self, frame: PacedFrame, size: Size) -> Size | None:
        """Takes a finished frame in.

        Args:
            frame: its times.
            size: at which the network ran.

        Returns:
            The size to change to, which `move` tells to have been asked for; None to stay.
        """
        if size != self.size:
            return None
        self._settling -= 1
        if self._settling >= 0:
            return None
        last_s = self._frames[-1].done_s if self._frames else frame.done_s
        passed_s = min(frame.done_s - last_s, _LONGEST_GAP_S)
        self._frames.append(frame)
        self._at_size_s += passed_s
        self._learn_growth()
        place = self._sizes.index(size)
        if self._too_slow():
            if place + 1 < len(self._sizes):
                return self._sizes[place + 1]
            self.unreachable = (
                f"the p95 of {self.measured} is {self._p95_ms():.1f} ms at {_words(size)}, the "
                f"smallest input size (target_latency_ms {self._target_ms:g})"
            )
            return None
        self.unreachable = ""
        if place == 0 or not self._fits(self._sizes[place - 1]):
            self._fit_s = 0.0
            return None
        self._fit_s += passed_s
        larger = self._sizes[place - 1]
        return larger if self._fit_s >= self._wait_s.get(larger, SHORTEST_WAIT_S) else None

    def move(self, size: Size) -> None:
        """Notes that the size that `note` gave has been asked for."""
        if self._sizes.index(size) > self._sizes.index(self.size):
            # A size left soon was taken too early; one that was kept for long is trusted again.
            if self._climbed:
                wait_s = self._wait_s.get(self.size, SHORTEST_WAIT_S)
                longer_s = min(2.0 * wait_s, LONGEST_WAIT_S)
                soon = self._at_size_s < 2.0 * wait_s
                self._wait_s[self.size] = longer_s if soon else SHORTEST_WAIT_S
            self._climbed = False
            self.why = (
                f"the p95 of {self.measured} was {self._p95_ms():.1f} ms at {_words(self.size)}"
            )
        else:
            self._climbed = True
            self.why = (
                f"{self._expected_ms(size):.1f} ms expected, by {self._p95_ms():.1f} ms at "
                f"{_words(self.size)}"
            )
        self._left = (self.size, self._network_ms())
        self._size_before, self.size = self.size, size
        self._begin()

    def refuse(self) -> None:
        """Gives up the size that `move` told of, since it cannot run: the one before goes on."""
        self._sizes.remove(self.size)
        self.why = f"{_words(self.size)} cannot run"
        self.size, self._left = self._size_before, None
        self._begin()

    def _begin(self) -> None:
        self._frames.clear()
        self._settling = SETTLING
        self._at_size_s = self._fit_s = 0.0

    def _learn_growth(self) -> None:
        """Compares the network's time with that before the move, under the same load.

        It grows with the pixels, or less: the network has costs that do not.
        """
        if self._left is None or len(self._frames) < COMPARED:
            return
        sizes_ms = sorted([self._left, (self.size, self._network_ms())], key=_pixels)
        (smaller, smaller_ms), (larger, larger_ms) = sizes_ms
        most = _growth_of_pixels(larger, smaller)
        self._growth[larger, smaller] = min(max(larger_ms / smaller_ms, 1.0), most)
        self._left = None

    def _network_ms(self) -> float:
        return median([frame.network_ms for frame in self._frames][-COMPARED:])

    def _too_slow(self) -> bool:
        """Whether the p95 of a full window is above the target, whatever fills it up."""
        return sum(frame.latency_ms > self._target_ms for frame in self._frames) > TOLERATED

    def _fits(self, larger: Size) -> bool:
        if len(self._frames) < ENOUGH:
            return False
        return self._expected_ms(larger) <= (1.0 - MARGIN) * self._target_ms

    def _p95_ms(self) -> float:
        return percentile([frame.latency_ms for frame in self._frames], 0.95)

    def _expected_ms(self, larger: Size) -> float:
        """The p95 to expect at a larger size.

        Load makes the network slower as a whole, which the median shows and its growth multiplies;
        what holds up single frames is taken to do so at any size. Once a frame takes longer than
        the next one needs to come, that one waits for it.
        """
        growth = self._growth.get((larger, self.size), _growth_of_pixels(larger, self.size))
        more_ms = (growth - 1.0) * median(frame.network_ms for frame in self._frames)
        processing_ms = median(frame.processing_ms for frame in self._frames) + more_ms
        passed_s = self._frames[-1].done_s - self._frames[0].done_s
        latency_ms = self._p95_ms() + more_ms
        if processing_ms * (len(self._frames) - 1) > 1e3 * passed_s:
            return max(latency_ms, 2.0 * processing_ms)
        return latency_ms


def _pixels(measured: tuple[Size, float]) -> int:
    (width, height), _ = measured
    return width * height


def _growth_of_pixels(larger: Size, smaller: Size) -> float:
    return larger[0] * larger[1] / (smaller[0] * smaller[1])


def _words(size: Size) -> str:
    return f"{size[0]}x{size[1]}"
