# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Labelled sets in SegNet's layout, read without torch."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import DataError
from attendseg_ros.labels import ClassTable
from attendseg_ros.labels.exif import turned
from attendseg_ros.labels.label_reader import LabelReader
from attendseg_ros.training.picture_set import PictureSet, names_of_splits, read_picture
from attendseg_ros.training.set_files import split_files

_SIDEWAYS = 5
"""From this EXIF orientation on, width and height change places."""


class LabelledSet(PictureSet):
    """One or more splits of a labelled set: ``<root>/<split>`` and ``<root>/<split>annot``.

    Labels are PNGs of the image's stem, of class ids or of colours of the class table. Files are
    read when asked for; what can be checked without reading all of them is checked at once.
    """

    def __init__(self, root: Path | str, split: str, classes: ClassTable) -> None:
        """Lists a split, or several as "train+val".

        Raises:
            DataError: if a folder is missing or holds no image, an image has no label, or it is
                open which label is whose.
        """
        root = Path(root)
        found = [split_files(root, name) for name in names_of_splits(root, split)]
        super().__init__(
            [pair for files in found for pair in files.pairs],
            [line for files in found for line in files.left_out],
        )
        self._reader = LabelReader(classes, [label for _, label in self._files])

    @property
    def label_folders(self) -> list[Path]:
        """The folders of the labels."""
        return list(dict.fromkeys(label.parent for _, label in self._files))

    @property
    def decisions(self) -> list[str]:
        """By what the labels read so far name classes, where that had to be found out."""
        return self._reader.decisions

    def subset(self, positions: Sequence[int]) -> LabelledSet:
        """The same set with some of its images only, read as before."""
        chosen = copy.copy(self)
        chosen._files = [self._files[position] for position in positions]
        return chosen

    def __getitem__(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Reads one pair.

        Returns:
            The image, RGB uint8 (H, W, 3), and its class ids, uint8 (H, W), 255: unlabelled. A
            photo that its EXIF data turn is turned, and its label with it.

        Raises:
            DataError: if a file cannot be decoded, the sizes differ, a label holds an id or a
                colour that no class has, or it is open what it means or whether it is turned.
        """
        image_path, label_path = self._files[index]
        stored, orientation = read_picture(image_path)
        labels, label_orientation = self._reader.read(label_path)
        image = turned(stored, orientation)
        if orientation != 1 and label_orientation == 1:
            as_stored = labels.shape == stored.shape[:2]
            if as_stored and labels.shape == image.shape[:2]:
                raise DataError(
                    f"{image_path}: its EXIF data turn it (orientation {orientation}), and nothing "
                    f"tells whether {label_path.name} was drawn on the turned picture (then turn "
                    "its pixels: mogrify -auto-orient) or on the pixels as they are stored (then "
                    "remove the tag: exiftool -Orientation=)"
                )
            if as_stored:
                labels = turned(labels, orientation)
        if labels.shape != image.shape[:2]:
            raise DataError(
                f"{label_path}: is {labels.shape[1]}x{labels.shape[0]}, but its image "
                f"{image_path.name} is {image.shape[1]}x{image.shape[0]}"
            )
        if label_orientation not in (1, orientation) and not _is_upright(
            labels, label_orientation, orientation
        ):
            raise DataError(
                f"{label_path}: its EXIF data turn it (orientation {label_orientation}), and its "
                f"image {image_path.name} is turned otherwise (orientation {orientation}): remove "
                "the tag (exiftool -Orientation=), or turn the pixels (mogrify -auto-orient), "
                "whichever makes it fit"
            )
        return np.ascontiguousarray(image), np.ascontiguousarray(labels)


def _is_upright(labels: NDArray[np.uint8], label_orientation: int, orientation: int) -> bool:
    """Whether a label that is turned otherwise than its image fits it for sure.

    So it does where the image's pixels were turned, and its tag went with that: the label has the
    image's size once it is turned, and not before.
    """
    height, width = labels.shape
    return orientation == 1 and label_orientation >= _SIDEWAYS and height != width
