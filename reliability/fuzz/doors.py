# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The doors by which bytes from outside enter: what each may do with them, and good bytes of each.

A door takes bytes or refuses them with an `AttendSegError`. Anything else is a finding: another
exception, a mask or a picture of the wrong size, more than a second of work.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from attendseg_ros.errors import AttendSegError
from reliability.fuzz import files, pictures


@dataclass(frozen=True)
class Door:
    """A way into the package.

    Attributes:
        seeds: makes good inputs; what is thrown at the door descends from them.
        enter: gives bytes to the package and checks what comes of it, in its own folder.
        share: of all cases, how many come to this door; the slow ones get fewer.
    """

    seeds: Callable[[], list[bytes]]
    enter: Callable[[bytes, Path], None]
    share: float


DOORS: dict[str, Door] = {
    "picture": Door(pictures.encoded_pictures, pictures.enter_picture, 0.2),
    "compressed_image": Door(pictures.compressed_messages, pictures.enter_compressed_message, 0.2),
    "raw_image": Door(pictures.raw_messages, pictures.enter_raw_message, 0.25),
    "class_file": Door(files.class_files, files.enter_class_file, 0.1),
    "bundle": Door(files.bundle_descriptions, files.enter_bundle, 0.1),
    "shape": Door(files.shapes, files.enter_shape, 0.05),
    "robots": Door(files.robots, files.enter_robots, 0.05),
    "mcap": Door(files.mcap_bags, files.enter_mcap, 0.02),
    "sqlite_bag": Door(files.sqlite_bags, files.enter_sqlite_bag, 0.01),
    "ros1_bag": Door(files.ros1_bags, files.enter_ros1_bag, 0.02),
}


class Visitor:
    """Enters one door again and again; a refusal in words is what a door is there for."""

    def __init__(self, name: str) -> None:
        """Makes the folder that the door may write to."""
        self._door = DOORS[name]
        self._folder = tempfile.TemporaryDirectory(prefix="attendseg_fuzz_")
        self._path = Path(self._folder.name)

    def enter(self, data: bytes) -> bool:
        """Gives bytes to the door.

        Returns:
            Whether they were taken.

        Raises:
            Exception: a finding.
        """
        try:
            self._door.enter(data, self._path)
        except AttendSegError as refusal:
            _check_words(str(refusal))
            return False
        return True

    def close(self) -> None:
        """Removes the folder."""
        self._folder.cleanup()


_LONGEST_REFUSAL = 2000


def _check_words(text: str) -> None:
    """A refusal is one line that a log can hold."""
    assert text.strip(), "refused without a word"
    assert len(text) <= _LONGEST_REFUSAL, f"a refusal of {len(text)} characters"
    assert "\n" not in text, "a refusal of several lines"
