# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Names before masks: frames pass one at a time, after what their masks mean has been told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Condition

from attendseg_ros.inference import Segmenter
from attendseg_ros.ros.parameters.settings import Settings


class FrameGate:
    """Lets one frame through at a time, and nothing change under it.

    It alone decides when the meaning of the masks' ids is told: under one lock, before the first
    frame that it holds for, and while no frame is in hand that another one holds for. Whichever
    thread changes it, and wherever that is held up, every mask is of what was told last.

    Attributes:
        changed: the lock. Whoever changes what frames are made with holds it, calls `tell_soon`
            and notifies all.
    """

    def __init__(
        self,
        now: Callable[[], tuple[Segmenter, Settings]],
        tell: Callable[[Segmenter, Settings], None],
        admit: Callable[[], None],
    ) -> None:
        """Prepares; what frames are made with now counts as told.

        Args:
            now: gives what a frame of this moment is made with; called under the lock.
            tell: called under the lock, while no frame is in hand, with what `now` gives when that
                is another segmenter or another least confidence than was told last. Where it
                raises, it is called again before the next frame, which fails if it raises again.
            admit: called under the lock before each frame, which fails with what it raises.
        """
        self.changed = Condition()
        self._now = now
        self._tell_of = tell
        self._admit = admit
        self._in_hand = False
        self._held_back = False
        segmenter, settings = now()
        self._told: tuple[Segmenter, float] | None = (segmenter, settings.min_confidence)

    @contextmanager
    def frame(self) -> Iterator[tuple[Segmenter, Settings]]:
        """Gives what a frame is made with, and keeps it as it is until the frame is done."""
        with self.changed:
            self.changed.wait_for(lambda: not self._held_back)
            self._admit()
            self._tell()
            self._in_hand = True
            now = self._now()
        try:
            yield now
        finally:
            with self.changed:
                self._in_hand = False
                self.tell_soon()
                self.changed.notify_all()

    @contextmanager
    def between_frames(self) -> Iterator[None]:
        """Waits for the frame in hand while new ones are held back; for who holds the lock.

        What is changed within is told at its end.
        """
        # Held back, or a camera faster than the network would never leave a gap.
        self._held_back = True
        try:
            self.changed.wait_for(lambda: not self._in_hand)
            yield
            self.tell_soon()
        finally:
            self._held_back = False
            self.changed.notify_all()

    def tell_now(self) -> None:
        """Tells what frames are made with, told before or not, once the frame in hand is done."""
        with self.changed:
            self.changed.wait_for(lambda: not self._in_hand)
            self._told = None
            self._tell()

    def tell_soon(self, *, anew: bool = False) -> None:
        """Tells it at once or, while a frame is in hand, after that; for who holds the lock.

        Args:
            anew: whether it is told even if it was told already.
        """
        if anew:
            self._told = None
        if not self._in_hand:
            # It is told before the next frame otherwise, which says what the matter is.
            with suppress(Exception):
                self._tell()

    def _tell(self) -> None:
        """Tells it, unless it was told; no frame is in hand."""
        segmenter, settings = self._now()
        now = (segmenter, settings.min_confidence)
        if now != self._told:
            self._told = None
            self._tell_of(segmenter, settings)
            self._told = now
