# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What every source gives: frames, one after the other."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

LONGEST_PAUSE_S = 60.0
"""How long a frame is shown at the most: a damaged time must not stop what shows them."""


_LONGEST_NAME = 240
_MOST_DIGITS = 12


def fitting_name(name: str, most: int = _LONGEST_NAME) -> str:
    """The front of a name that leaves room for a number and an ending: files' names have limits.

    Args:
        name: the name.
        most: bytes that it may have.
    """
    while len(os.fsencode(name)) > most:
        name = name[:-1]
    return name


def numbered_name(stem: str, index: int) -> str:
    """The name of a frame whose source has no name for it.

    Args:
        stem: what all frames of the source are called.
        index: position among them.
    """
    return f"{fitting_name(stem)}_{index:06d}"


def is_numbered_name(name: str, stem: str, count: int | None) -> bool:
    """Whether a name is one that `numbered_name` gives.

    Args:
        name: the name.
        stem: what all frames of the source are called.
        count: how many there are; None where only reading can tell.
    """
    number = name.rpartition("_")[2]
    if not (number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS):
        return False
    index = int(number)
    return name == numbered_name(stem, index) and (count is None or index < count)


@dataclass(frozen=True)
class Frame:
    """One picture of a source.

    Attributes:
        rgb: uint8 (H, W, 3), C-contiguous.
        stamp_ns: nanoseconds: a bag's header stamp (its recording time where that is zero);
            a video's own times since its first frame; for anything else the time since the first
            frame at the source's rate.
        name: unique within the source and fit for a file name, without an extension.
        index: position among the source's frames, those that could not be read counted too.
    """

    rgb: Image
    stamp_ns: int
    name: str
    index: int


class Source(ABC):
    """An image, a folder, a video or a bag. Can be iterated again, from its start.

    A frame that cannot be read is left out and named in `skipped`, so that one damaged file does
    not cost a long run; a source of which nothing can be read raises `DataError`.
    """

    def __init__(self, path: Path) -> None:
        """Takes where the frames come from."""
        self._path = path
        self._skipped: list[str] = []

    @property
    def path(self) -> Path:
        """Where the frames come from."""
        return self._path

    @property
    def skipped(self) -> list[str]:
        """One line for everything the latest iteration could not read: what, and why."""
        return self._skipped

    @property
    def notes(self) -> list[str]:
        """One line for each thing about the source that is odd and costs no frame."""
        return []

    @property
    def left_out(self) -> list[str]:
        """One line for every file beside the frames that is not looked at: its name, and why."""
        return []

    @property
    @abstractmethod
    def description(self) -> str:
        """What it is, for a log line or a table."""

    @property
    @abstractmethod
    def frame_count(self) -> int | None:
        """Number of frames, unreadable ones counted too; None if only reading can tell."""

    @property
    @abstractmethod
    def rate_hz(self) -> float:
        """Frames per second at which the source was taken or is meant to be shown."""

    @property
    def length_s(self) -> float | None:
        """How long it takes to show it once, seconds; None if only reading can tell."""
        return self.frame_count / self.rate_hz if self.frame_count else None

    @property
    def has_own_times(self) -> bool:
        """Whether the frames' stamps say when each is meant to be shown, even or not."""
        return False

    @abstractmethod
    def may_name(self, name: str) -> bool:
        """Whether one of the frames has this name, as far as can be told without reading them."""

    @abstractmethod
    def __iter__(self) -> Iterator[Frame]:
        """Gives the frames in order."""
