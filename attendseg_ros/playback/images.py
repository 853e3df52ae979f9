# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Image files, one or a folder of them, as a source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import cv2

from attendseg_ros.errors import DataError, ImageError, reason_of
from attendseg_ros.images.encoded import decode_rgb
from attendseg_ros.images.sample_bits import SampleBits
from attendseg_ros.overhearing import PICTURES, Overhearing
from attendseg_ros.pictures import (
    PICTURE_SUFFIXES,
    evenly_spaced,
    list_pictures,
    one_form,
    shown_entries,
)
from attendseg_ros.playback.frames import Frame, Source, fitting_name
from attendseg_ros.playback.utf8_names import utf8_name

FOLDER_RATE_HZ = 5.0
"""Pictures of a folder carry no rate; at five a second a person can still look at each."""

_SEVERAL = frozenset({".avif", ".gif", ".png", ".tif", ".tiff", ".webp"})
"""Endings of pictures of which a file can hold several."""


class ImageSource(Source):
    """One image file or several, in the order given."""

    def __init__(self, path: Path, files: Sequence[Path], left_out: Sequence[str] = ()) -> None:
        """Takes the files without reading them.

        Args:
            path: what the user named: the file or the folder.
            files: the image files, at least one.
            left_out: a line for every other file of the folder.
        """
        super().__init__(path)
        self._files = files
        self._left_out = list(left_out)
        self._names = _names_of(files)
        self._known = frozenset(self._names)
        self._notes: list[str] = []

    @property
    def description(self) -> str:
        """For example "folder drone (18 images)"."""
        if self._path.is_dir():
            return f"folder {self._path.name} ({len(self._files)} images)"
        return f"image {self._path.name}"

    @property
    def frame_count(self) -> int:
        """Number of files."""
        return len(self._files)

    @property
    def rate_hz(self) -> float:
        """`FOLDER_RATE_HZ`: files have none of their own."""
        return FOLDER_RATE_HZ

    @property
    def notes(self) -> list[str]:
        """The files read so far that hold more pictures than one."""
        return self._notes

    @property
    def left_out(self) -> list[str]:
        """The files of the folder that are no pictures, and why."""
        return self._left_out

    def may_name(self, name: str) -> bool:
        """Whether a file's frame has this name."""
        return name in self._known

    def part(self, most: int) -> ImageSource:
        """A source of at most `most` of the files, evenly spaced."""
        chosen = [self._files[position] for position in evenly_spaced(len(self._files), most)]
        return ImageSource(self._path, chosen, self._left_out)

    def __iter__(self) -> Iterator[Frame]:
        """Reads the files in order; the unreadable are skipped and named.

        Raises:
            DataError: no file could be read.
        """
        self._skipped, self._notes = [], []
        bits = SampleBits()
        for index, (file, name) in enumerate(zip(self._files, self._names, strict=True)):
            try:
                rgb = decode_rgb(file.read_bytes(), bits=bits)
            except (OSError, ImageError) as error:
                self._skipped.append(f"{file.name}: {reason_of(error)}")
                continue
            if (count := _pictures_in(file)) > 1:
                self._notes.append(
                    f"{file.name}: holds {count} pictures, of which the first is read"
                )
            yield Frame(rgb, round(index * 1e9 / FOLDER_RATE_HZ), name, index)
        if len(self._skipped) == len(self._files):
            raise DataError(
                f"{self._path}: none of {len(self._files)} image(s) can be read; "
                f"first: {self._skipped[0]}"
            )


def _names_of(files: Sequence[Path]) -> list[str]:
    """A name for the frame of each file: its stem where that is its own.

    On any disk: some take names for the same that differ in case or in the form of accents only,
    and of two pictures one would be lost.
    """
    stems = Counter(_on_any_disk(fitting_name(file.stem)) for file in files)
    names: dict[str, str] = {}
    for file in files:
        stem, whole = fitting_name(file.stem), fitting_name(file.name)
        own = _on_any_disk(stem)
        name = stem if stems[own] == 1 and own not in names else whole
        number = 2
        while _on_any_disk(name) in names:
            name, number = f"{whole}_{number}", number + 1
        names[_on_any_disk(name)] = name
    return list(names.values())


def _on_any_disk(name: str) -> str:
    return one_form(name).casefold()


def _pictures_in(file: Path) -> int:
    """How many pictures a file holds that may move or have pages."""
    if file.suffix.lower() not in _SEVERAL:
        return 1
    try:
        # Of what it cannot read the decoder of the first picture has spoken.
        with utf8_name(file) as name, closing(Overhearing(PICTURES)) as ear, ear:
            return int(cv2.imcount(name))
    except (OSError, cv2.error):
        return 1


def open_image(path: Path) -> ImageSource:
    """Opens a single image file."""
    return ImageSource(path, [path])


def open_folder(path: Path) -> ImageSource:
    """Opens the image files directly in a folder, in natural order (img_2 before img_10).

    Raises:
        DataError: the folder holds no image file; the message says what it holds.
    """
    try:
        found = list_pictures(path)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    if not found.pictures:
        raise DataError(
            f"{path}: a folder with no image in it (found {shown_entries(found.left_out)}); images "
            f"end in {' '.join(sorted(PICTURE_SUFFIXES))}, a bag's folder has a metadata.yaml"
        )
    return ImageSource(path, found.pictures, found.left_out)
