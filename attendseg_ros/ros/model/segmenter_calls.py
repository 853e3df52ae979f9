# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Segmenters made and called so that one that hangs holds up nothing but itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.inference import Segmentation, Segmenter
from attendseg_ros.streaming.watched_calls import WatchedCalls

_SLOW_FACTOR = 5.0
"""A frame may take as many times as long as the engine's first run, which a slow machine needs."""

_HURRIED_S = 1.0
"""What a frame in hand may still take, and a network that is loading, when the node lets go."""

_BUILD_LIMIT_S = 60.0
"""What the engine may take that is to replace one that hangs; more where the first took long."""


class SegmenterCalls:
    """Segments images with whatever segmenter it is given, for one thread at a time."""

    def __init__(self, returned: Callable[[Segmenter], None]) -> None:
        """Prepares.

        Args:
            returned: called in its own thread when a segmenter that hung has returned after
                all, and has been closed.
        """
        self._returned = returned
        self._calls = WatchedCalls("segmenter")

    def segment(
        self, segmenter: Segmenter, rgb: NDArray[np.uint8], timeout_s: float, **how: Any
    ) -> Segmentation:
        """Segments an image.

        Args:
            segmenter: does it, and is not to be used any more once it hangs.
            rgb: uint8 (H, W, 3).
            timeout_s: how long it may take, on a machine that is not slow; 0: for ever.
            how: further arguments of `Segmenter.segment`.

        Raises:
            HangError: it has not returned in time.
            AttendSegError: as `Segmenter.segment` does.
        """
        usual_s = _SLOW_FACTOR * segmenter.first_run_s
        return self._calls.run(
            partial(segmenter.segment, rgb, **how),
            max(timeout_s, usual_s) if timeout_s else inf,
            hurried_s=max(_HURRIED_S, usual_s),
            late=lambda _: self._come_back(segmenter),
        )

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Lets a frame in hand take no longer than it takes when all is well."""
        self._calls.hurried = True
        try:
            yield
        finally:
            self._calls.hurried = False

    def close(self) -> None:
        """Ends the thread; does not wait for it."""
        self._calls.close()

    def _come_back(self, segmenter: Segmenter) -> None:
        segmenter.close()
        self._returned(segmenter)


class Builds(WatchedCalls):
    """Makes segmenters in its own thread."""

    def __init__(self) -> None:
        """Prepares."""
        super().__init__("engine")

    def make(self, make: Callable[[], Segmenter]) -> Segmenter:
        """Makes a segmenter, however long that takes.

        Raises:
            HangError: it is not there yet, and the node lets go.
            AttendSegError: it cannot be made.
        """
        return self.run(make, inf, hurried_s=_HURRIED_S, late=_discard)

    def make_twin(self, hung: Segmenter, size: tuple[int, int]) -> Segmenter:
        """Makes another like one that hangs, in about the time that took.

        Raises:
            HangError: it hangs as well.
            AttendSegError: it cannot be made.
        """
        limit_s = max(_BUILD_LIMIT_S, _SLOW_FACTOR * hung.build_s)
        return self.run(partial(hung.twin, size), limit_s, hurried_s=_HURRIED_S, late=_discard)

    def resize(self, segmenter: Segmenter, size: tuple[int, int]) -> None:
        """Has a segmenter run at another input size, however long that takes to prepare.

        Raises:
            HangError: it is not prepared yet, and the node lets go.
            AttendSegError: it cannot run at that size.
        """
        resize = partial(segmenter.set_input_size, *size)
        self.run(resize, inf, hurried_s=_HURRIED_S, late=lambda _: None)


def _discard(made: Segmenter | None) -> None:
    if made is not None:
        made.close()
