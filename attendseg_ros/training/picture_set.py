# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The pictures of one or more splits of a set, and how they are read."""

from __future__ import annotations

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
from attendseg_ros.labels.exif import TIFF_STARTS


class PictureSet:
    """Pictures of a set, with or without labels."""

    def __init__(self, files: Sequence[tuple[Path, ...]], left_out: Sequence[str]) -> None:
        """Takes what was found in the set's folders.

        Args:
            files: of each image its own and, where it has one, its label's; sorted within each
                split.
            left_out: a line for every file that is not used: which, and why.
        """
        self._files = list(files)
        self._left_out = list(left_out)

    @property
    def names(self) -> list[str]:
        """Stems of the images, sorted within each split."""
        return [image.stem for image in self.images]

    @property
    def images(self) -> list[Path]:
        """The images' files."""
        return [image for image, *_ in self._files]

    @property
    def left_out(self) -> list[str]:
        """A line for every file in the set's folders that is not used: which, and why."""
        return self._left_out

    def pictures_in(self, other: PictureSet) -> Iterator[tuple[Path, Path]]:
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

    def shares_images_with(self, other: PictureSet) -> bool:
        """Whether an image of this set is in the other too, under whatever name."""
        return any(True for _ in self.pictures_in(other))

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

    def __len__(self) -> int:
        return len(self._files)


def names_of_splits(root: Path, split: str) -> list[str]:
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


def read_picture(path: Path) -> tuple[NDArray[np.uint8], int]:
    """A picture as it is stored, RGB uint8 (H, W, 3), and its EXIF orientation.

    It is just what `attendseg segment` makes of it, with samples of 16 bits scaled by what this
    picture holds: an epoch must not depend on the order in which pictures are read.

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
