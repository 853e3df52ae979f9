# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Labelled sets in SegNet's layout, read without torch."""

from __future__ import annotations

import copy
import hashlib
import itertools
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import DataError, ImageError
from attendseg_ros.files import pointer_in
from attendseg_ros.images.encoded import decode_stored
from attendseg_ros.labels import ClassTable
from attendseg_ros.labels.exif import TIFF_STARTS, turned
from attendseg_ros.labels.label_reader import LabelReader
from attendseg_ros.training.set_files import split_files

_SIDEWAYS = 5
"""From this EXIF orientation on, width and height change places."""


class LabelledSet:
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
        found = [split_files(root, name) for name in _names_of_splits(root, split)]
        self._files = [pair for files in found for pair in files.pairs]
        self._left_out = [line for files in found for line in files.left_out]
        self._reader = LabelReader(classes, [label for _, label in self._files])

    @property
    def names(self) -> list[str]:
        """Stems of the images, sorted within each split."""
        return [image.stem for image, _ in self._files]

    @property
    def images(self) -> list[Path]:
        """The images' files."""
        return [image for image, _ in self._files]

    @property
    def label_folders(self) -> list[Path]:
        """The folders of the labels."""
        return list(dict.fromkeys(label.parent for _, label in self._files))

    @property
    def left_out(self) -> list[str]:
        """A line for every file in the set's folders that is not used: which, and why."""
        return self._left_out

    @property
    def decisions(self) -> list[str]:
        """By what the labels read so far name classes, where that had to be found out."""
        return self._reader.decisions

    def subset(self, positions: Sequence[int]) -> LabelledSet:
        """The same set with some of its images only, read as before."""
        chosen = copy.copy(self)
        chosen._files = [self._files[position] for position in positions]
        return chosen

    def pictures_in(self, other: LabelledSet) -> Iterator[tuple[Path, Path]]:
        """Images that are in the other set too, under whatever name: both files of each."""
        by_size: dict[int, list[Path]] = defaultdict(list)
        for image in other.images:
            by_size[image.stat().st_size].append(image)
        # Images without compression are all of one size: none is read twice.
        digests: dict[Path, bytes] = {}

        def digest(path: Path) -> bytes:
            if path not in digests:
                digests[path] = hashlib.sha256(path.read_bytes()).digest()
            return digests[path]

        for image in self.images:
            for theirs in by_size.get(image.stat().st_size, []):
                if image == theirs or digest(image) == digest(theirs):
                    yield image, theirs
                    break

    def fingerprint(self) -> str:
        """How many images it has, and a digest of all files' names and sizes: for comparing.

        Raises:
            OSError: a file is gone.
        """
        digest = hashlib.sha256()
        for file in itertools.chain.from_iterable(self._files):
            name = os.fsencode(f"{file.parent.name}/{file.name}")
            digest.update(b"%b\0%d\n" % (name, file.stat().st_size))
        return f"{len(self)} images ({digest.hexdigest()[:8]})"

    def shares_images_with(self, other: LabelledSet) -> bool:
        """Whether an image of this set is in the other too, under whatever name."""
        return any(True for _ in self.pictures_in(other))

    def __len__(self) -> int:
        return len(self._files)

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
        stored, orientation = _read_picture(image_path)
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


def _names_of_splits(root: Path, split: str) -> list[str]:
    """The splits that are meant: one whose name may hold a "+", or several.

    Raises:
        DataError: a name is empty, or there twice.
    """
    if split and (root / split).is_dir():
        return [split]
    names = split.split("+")
    for name in names:
        if not name:
            raise DataError(
                f"split '{split}': the name of a split is empty; give one, or several as train+val"
            )
        if names.count(name) > 1:
            raise DataError(
                f"split '{split}': '{name}' is named twice, and its images would count twice"
            )
    return names


def _read_picture(path: Path) -> tuple[NDArray[np.uint8], int]:
    """A picture as it is stored, RGB uint8 (H, W, 3), and its EXIF orientation.

    Just what `attendseg segment` makes of it, with samples of 16 bits scaled by what this picture
    holds: an epoch must not depend on the order in which pictures are read.

    Raises:
        DataError: it cannot be decoded.
    """
    try:
        content = path.read_bytes()
        if pointer := pointer_in(content):
            raise DataError(f"{path}: is {pointer}")
        rgb, orientation = decode_stored(content)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    except ImageError as error:
        raise DataError(
            f"{path}: cannot be decoded as an image (by OpenCV {cv2.__version__}): {error}; if "
            "other programs read it, save it as PNG or JPEG"
        ) from error
    if orientation != 1 and content[:4] in TIFF_STARTS:
        raise DataError(
            f"{path}: is a TIFF file with an orientation ({orientation}), by which decoders turn "
            "it or not: turn its pixels (mogrify -auto-orient), or remove the tag"
        )
    return rgb, orientation
