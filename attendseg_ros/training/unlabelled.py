# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pictures without labels, on which teachers alone teach."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np

from attendseg_ros.labels import UNLABELLED
from attendseg_ros.labels.exif import turned
from attendseg_ros.training.augmentation import Pair, PairSource
from attendseg_ros.training.picture_set import PictureSet, names_of_splits, read_picture
from attendseg_ros.training.set_files import listed_images


class UnlabelledSet(PictureSet):
    """One or more folders of pictures, ``<root>/<split>``; labels beside them are not looked at."""

    def __init__(self, root: Path | str, split: str) -> None:
        """Lists a folder, or several as "walk+drive".

        Raises:
            DataError: a folder is missing or holds no image.
        """
        root = Path(root)
        found = [(name, listed_images(root / name)) for name in names_of_splits(root, split)]
        super().__init__(
            [(image,) for _, images in found for image in sorted(images.pictures)],
            [f"{name}/{line}" for name, images in found for line in images.left_out],
        )

    def __getitem__(self, index: int) -> Pair:
        """Reads one picture, turned as its EXIF data say, and labels that are all 255.

        Raises:
            DataError: it cannot be decoded.
        """
        (path,) = self._files[index]
        stored, orientation = read_picture(path)
        image = np.ascontiguousarray(turned(stored, orientation))
        return image, np.full(image.shape[:2], UNLABELLED, np.uint8)


class Joined:
    """Several sources as one: the first one's pairs, then the second one's, and so on."""

    def __init__(self, sources: Sequence[PairSource]) -> None:
        self._sources = sources
        self._ends = list(accumulate(len(source) for source in sources))

    def __len__(self) -> int:
        return self._ends[-1]

    def __getitem__(self, index: int) -> Pair:
        which = bisect_right(self._ends, index)
        start = self._ends[which - 1] if which else 0
        return self._sources[which][index - start]
