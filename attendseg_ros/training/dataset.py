# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Labelled sets in SegNet's layout, read without torch."""

from __future__ import annotations

import filecmp
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import DataError
from attendseg_ros.labels import UNLABELLED, ClassTable

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")


class LabelledSet:
    """One split of a labelled set: ``<root>/<split>`` and ``<root>/<split>annot``.

    Labels are PNGs of the image's stem: class ids (one channel) or colours of the class table
    (three channels). Files are read when asked for; what can be checked without reading all of
    them is checked at once.
    """

    def __init__(self, root: Path | str, split: str, classes: ClassTable) -> None:
        """Lists a split.

        Raises:
            DataError: If a folder is missing or holds no image, or an image has no label.
        """
        root = Path(root)
        images, labels = root / split, root / f"{split}annot"
        for folder, what in ((images, "images"), (labels, "labels")):
            if not folder.is_dir():
                raise DataError(
                    f"{folder}: no such folder; a labelled set keeps its {what} there "
                    f"(SegNet's layout: {split}/ and {split}annot/)"
                )
        self._classes = classes
        self._files = [
            (path, labels / f"{path.stem}.png")
            for path in sorted(images.iterdir())
            if path.suffix.lower() in IMAGE_SUFFIXES
        ]
        if not self._files:
            raise DataError(f"{images}: holds no image ({', '.join(IMAGE_SUFFIXES)})")
        for image, label in self._files:
            if not label.is_file():
                raise DataError(f"{image}: has no label; expected it at {label}")
        self._id_of_value = self._table_of_values()

    def _table_of_values(self) -> NDArray[np.int16]:
        """int16 (256,): class id of each value in an index PNG, -1 where there is none."""
        table = np.full(256, -1, dtype=np.int16)
        for class_id in self._classes.ids:
            table[class_id] = class_id
        for ignored in (*self._classes.ignored_ids, UNLABELLED):
            table[ignored] = UNLABELLED
        return table

    @property
    def names(self) -> list[str]:
        """Stems of the images, sorted."""
        return [image.stem for image, _ in self._files]

    def shares_images_with(self, other: LabelledSet) -> bool:
        """Whether an image of this split is in the other too, under its own name."""
        others = {image.name: image for image, _ in other._files}
        return any(
            filecmp.cmp(image, others[image.name], shallow=False)
            for image, _ in self._files
            if image.name in others
        )

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Reads one pair.

        Returns:
            The image, RGB uint8 (H, W, 3), and its class ids, uint8 (H, W), 255: unlabelled.

        Raises:
            DataError: If a file cannot be decoded, the sizes differ, or a label holds an id or a
                colour that no class has.
        """
        image_path, label_path = self._files[index]
        bgr = cv2.imread(str(image_path), cv2.IMREAD_COLOR)
        if bgr is None:
            raise DataError(f"{image_path}: cannot be decoded as an image")
        labels = self._read_labels(label_path)
        if labels.shape != bgr.shape[:2]:
            raise DataError(
                f"{label_path}: is {labels.shape[1]}x{labels.shape[0]}, but its image "
                f"{image_path.name} is {bgr.shape[1]}x{bgr.shape[0]}"
            )
        return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False), labels

    def _read_labels(self, path: Path) -> NDArray[np.uint8]:
        values = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if values is None:
            raise DataError(f"{path}: cannot be decoded as an image")
        if values.dtype != np.uint8:
            raise DataError(f"{path}: has {values.dtype} values; labels must be 8-bit")
        checked = np.asarray(values, np.uint8)
        if checked.ndim == 2:
            return self._from_ids(path, checked)
        return self._from_colors(path, checked)

    def _from_ids(self, path: Path, values: NDArray[np.uint8]) -> NDArray[np.uint8]:
        labels = self._id_of_value[values]
        if (labels < 0).any():
            unknown = int(values[labels < 0].flat[0])
            raise DataError(
                f"{path}: holds the label id {unknown}, which no class has; ids are "
                f"{list(self._classes.ids)}, unlabelled {[*self._classes.ignored_ids, UNLABELLED]}"
            )
        return labels.astype(np.uint8)

    def _from_colors(self, path: Path, bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
        packed = (
            bgr[..., 2].astype(np.int32) << 16 | bgr[..., 1].astype(np.int32) << 8 | bgr[..., 0]
        )
        colors, where = np.unique(packed, return_inverse=True)
        ids = np.empty(len(colors), dtype=np.uint8)
        for position, color in enumerate(colors):
            rgb = (int(color) >> 16 & 255, int(color) >> 8 & 255, int(color) & 255)
            class_id = self._classes.id_of_label_color(rgb)
            if class_id is None:
                raise DataError(f"{path}: holds the colour {rgb}, which no class has")
            ids[position] = class_id
        return ids[where].reshape(bgr.shape[:2])
