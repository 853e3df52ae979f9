# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a frame goes on from the one before it, for whatever remembers earlier frames."""

from __future__ import annotations

LONGEST_GAP_NS = 1_000_000_000
"""After a longer silence the view may be another one."""


class FrameContinuity:
    """Follows the views and stamps of the frames of one camera."""

    def __init__(self) -> None:
        self._last: tuple[tuple[int, ...], int] | None = None

    def continues(self, view: tuple[int, ...], stamp_ns: int) -> bool:
        """Notes a frame and says whether what was learnt from earlier ones still holds.

        It does not for the first frame, after a change of the view, when the stamps ran
        backwards (a bag that starts again) and after a gap of more than `LONGEST_GAP_NS`.

        Args:
            view: the image's width and height, and which part of it counts, where that is not all.
            stamp_ns: its time of capture; frames that all have the same one count as a stream.
        """
        last, self._last = self._last, (view, stamp_ns)
        if last is None:
            return False
        return view == last[0] and 0 <= stamp_ns - last[1] <= LONGEST_GAP_NS

    def repeats(self, stamp_ns: int) -> bool:
        """Whether a frame that is not noted yet is the last one again; of no stamp, 0, none is."""
        return stamp_ns != 0 and self._last is not None and stamp_ns == self._last[1]

    def restart(self) -> None:
        """Takes the next frame for a first one."""
        self._last = None
