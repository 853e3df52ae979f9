# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What every sink does: take frames with their labels, and appear whole or not at all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType

from attendseg_ros.playback.frames import Frame, Image


class Sink(ABC):
    """Something that is written frame by frame, in the frames' order.

    A context manager: leaving it finishes the output; leaving it through an exception discards
    what is not finished, so that nothing that looks complete is left behind.
    """

    @abstractmethod
    def write(self, frame: Frame, labels: Image) -> None:
        """Adds a frame.

        Args:
            frame: A frame of the source.
            labels: uint8 (H, W) class ids of the frame's size.
        """

    def close(self) -> None:  # noqa: B027 (sinks of single files have nothing to finish)
        """Finishes the output and puts it in its place."""

    def discard(self) -> None:  # noqa: B027 (as above)
        """Removes an output that is not finished."""

    def __enter__(self) -> Sink:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exception_type is None:
            self.close()
        else:
            self.discard()
