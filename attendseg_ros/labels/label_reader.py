# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the numbers and colours of a set's label images mean, asked about where it is open."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import DataError, ImageError
from attendseg_ros.labels.class_info import UNLABELLED
from attendseg_ros.labels.classes import LABEL_VALUES, ClassTable
from attendseg_ros.labels.exif import turned
from attendseg_ros.labels.label_image import Entry, Kind, LabelImage, read_label_image

_IDS, _COLORS = LABEL_VALUES


class LabelReader:
    """Reads the label images of one set, all of a kind in the same way.

    Grey images hold ids. Palettes and colours hold ids or colours, as the class table's
    `label_values` says; where it does not say, the set's own images must leave only one way.
    """

    def __init__(self, classes: ClassTable, files: Sequence[Path]) -> None:
        """Takes the set's label images without reading them.

        Args:
            classes: of the set.
            files: its label images, all of them: what one leaves open another may tell.
        """
        self._classes = classes
        self._files = files
        self._values_of: dict[Kind, str] = {}
        self._only_masks: bool | None = None
        self._decisions: list[str] = []

    @property
    def decisions(self) -> list[str]:
        """By what each kind of image that leaves it open names classes, and why, once read."""
        return self._decisions

    def read(self, path: Path) -> tuple[NDArray[np.uint8], int]:
        """Reads a label image.

        Returns:
            Class ids, uint8 (H, W), 255: unlabelled; and how the file itself says that it is to be
            turned, which then was done: 1 to 8 as EXIF counts, 1 for not at all.

        Raises:
            DataError: it cannot be decoded, holds what no class has, or leaves open what it means;
                the message names the file.
        """
        image = _read(path)
        values = self._values(image)
        meaning = self._meaning(image, values)
        if isinstance(meaning, str):
            raise DataError(f"{path}: {meaning}")
        if values == _IDS:
            self._check_mask(path, image)
        table = np.array(meaning, np.uint8)
        labels = np.ascontiguousarray(turned(table[image.positions], image.orientation))
        return labels, image.orientation

    def _values(self, image: LabelImage) -> str:
        """By what an image names classes."""
        if self._classes.label_values is not None:
            return self._classes.label_values
        if image.kind is Kind.GREY:
            return _IDS
        if _has_colors(image):
            return _COLORS
        if image.kind not in self._values_of:
            self._values_of[image.kind], why = self._decide(image.kind)
            if why:
                self._decisions.append(
                    f"{image.kind.value} label images are read by "
                    f"{self._values_of[image.kind]}: {why}"
                )
        return self._values_of[image.kind]

    def _decide(self, kind: Kind) -> tuple[str, str]:
        """How all images of a kind are to be read, and why, if that needs to be said.

        Raises:
            DataError: it is open, or no way fits them all.
        """
        not_ids = not_colors = differs = only_black_differs = ""
        for path in self._files:
            image = _read(path)
            if image.kind is not kind:
                continue
            if _has_colors(image):
                # What a set of colours looks like: nothing to speak of.
                return _COLORS, ""
            by_ids, by_colors = (self._meaning(image, values) for values in LABEL_VALUES)
            if isinstance(by_ids, str):
                not_ids = not_ids or f"{path.name} {by_ids}"
            if isinstance(by_colors, str):
                not_colors = not_colors or f"{path.name} {by_colors}"
            if isinstance(by_ids, str) or isinstance(by_colors, str) or by_ids == by_colors:
                continue
            # Black is the first entry of many a palette: a class's own colour is no chance.
            if set(by_colors) == {UNLABELLED}:
                only_black_differs = only_black_differs or path.name
            else:
                differs = differs or path.name
        if not_ids and not_ids == not_colors:
            raise DataError(f"{self._files[0].parent / not_ids}")
        if not_ids and not_colors:
            raise DataError(
                f"{self._files[0].parent}: {kind.value} label images can be read neither by ids "
                f"({not_ids}) nor by colours ({not_colors})"
            )
        if not_ids:
            return _COLORS, f"by ids {not_ids}"
        if not not_colors:
            differs = differs or only_black_differs
        if differs:
            raise DataError(
                f"{self._files[0].parent / differs}: a {kind.value} label image that ids and "
                "colours read differently, and the set does not tell which is meant: write "
                "'label_values: ids' or 'label_values: colors' into the class file"
            )
        return _IDS, f"by colours {not_colors}" if not_colors else "colours mean the same"

    def _meaning(self, image: LabelImage, values: str) -> list[int] | str:
        """The class id of each entry of an image; or what there is that no class has."""
        of_entry = self._by_id if values == _IDS else self._by_color
        meaning = []
        for entry in image.entries:
            found = of_entry(entry)
            if isinstance(found, str):
                return found
            if entry.transparent and found != UNLABELLED:
                name = next(info.name for info in self._classes.classes if info.id == found)
                return (
                    f"holds transparent pixels that would mean {name!r}: make them opaque, or "
                    "give them a value that means unlabelled"
                )
            meaning.append(found)
        return meaning

    def _by_id(self, entry: Entry) -> int | str:
        if entry.id is None:
            return f"holds the colour {entry.color}, which is no id: red, green and blue differ"
        if entry.id == UNLABELLED or entry.id in self._classes.ignored_ids:
            return UNLABELLED
        if entry.id not in self._classes.ids:
            return (
                f"holds the label id {entry.id}, which no class has; ids are "
                f"{list(self._classes.ids)}, unlabelled {[*self._classes.ignored_ids, UNLABELLED]}"
            )
        return entry.id

    def _by_color(self, entry: Entry) -> int | str:
        found = None if entry.color is None else self._classes.id_of_label_color(entry.color)
        return f"holds the colour {entry.color}, which no class has" if found is None else found

    def _check_mask(self, path: Path, image: LabelImage) -> None:
        """Asks about what may be a mask of one class, drawn with 255.

        Raises:
            DataError: the set's label images hold nothing but 0 and 255, and the class table does
                not say that 255 means unlabelled, as it does among other ids.
        """
        if UNLABELLED not in (ids := _ids(image)) or not ids <= _MASK:
            return
        if UNLABELLED in self._classes.ignored_ids:
            return
        if self._only_masks is None:
            self._only_masks = self._holds_only_masks()
        if self._only_masks:
            raise DataError(
                f"{path}: the set's label images hold only 0 and 255, as masks do that are on or "
                "off, but 255 is no class's id: write the id in place of 255; or, where 255 does "
                "mean unlabelled, 'ignored_ids: [255]' into the class file"
            )

    def _holds_only_masks(self) -> bool:
        seen: set[int | None] = set()
        for file in self._files:
            seen |= _ids(_read(file))
            if not seen <= _MASK:
                return False
        return seen == _MASK


_MASK = frozenset({0, UNLABELLED})


def _ids(image: LabelImage) -> set[int | None]:
    return {entry.id for entry in image.entries}


def _has_colors(image: LabelImage) -> bool:
    """Whether an image can hold nothing but colours."""
    return image.kind is Kind.COLOR and None in _ids(image)


def _read(path: Path) -> LabelImage:
    try:
        return read_label_image(path.read_bytes())
    except ImageError as error:
        raise DataError(f"{path}: {error}") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
