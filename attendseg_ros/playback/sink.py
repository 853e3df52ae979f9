# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What every sink does: take frames with their labels, and appear whole or not at all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import TypeVar

from attendseg_ros.playback.frames import Frame, Image

_Output = TypeVar("_Output", bound="Output")


class Output:
    """Something that is written piece by piece.

    A context manager: leaving it finishes the output; leaving it through an exception discards
    what is not finished, so that nothing that looks complete is left behind.
    """

    def close(self) -> None:
        """Finishes the output and puts it in its place."""

    def discard(self) -> None:
        """Gives up an output that is not finished."""

    def __enter__(self: _Output) -> _Output:
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


class Sink(Output, ABC):
    """An output that is written frame by frame, in the frames' order."""

    @abstractmethod
    def write(self, frame: Frame, labels: Image) -> None:
        """Adds a frame.

        Args:
            frame: a frame of the source.
            labels: uint8 (H, W) class ids of the frame's size.
        """
