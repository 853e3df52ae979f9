# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which image of a labelled set goes with which label, and which files go with none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from attendseg_ros.errors import DataError
from attendseg_ros.pictures import (
    PICTURE_SUFFIXES,
    PictureFolder,
    list_pictures,
    shortened,
    shown_entries,
    stem_key,
)
from attendseg_ros.training.other_layouts import labels_there, what_is_there

LABEL_SUFFIX = ".png"


@dataclass(frozen=True)
class SplitFiles:
    """The files of one split.

    Attributes:
        pairs: images with their labels, by the images' names.
        left_out: a line for every other file, "FOLDER/NAME: why".
    """

    pairs: tuple[tuple[Path, Path], ...]
    left_out: tuple[str, ...]


def split_files(root: Path, split: str) -> SplitFiles:
    """Looks through ``<root>/<split>`` and ``<root>/<split>annot``.

    Raises:
        DataError: a folder is missing or holds no image, an image has no label, or it is open
            which label is whose.
    """
    images, labels = root / split, root / f"{split}annot"
    for folder, what in ((images, "images"), (labels, "labels")):
        if not folder.is_dir():
            raise DataError(
                f"{folder}: no such folder; a labelled set keeps its {what} there "
                f"(SegNet's layout: {split}/ and {split}annot/){what_is_there(root, split)}"
            )
    of_images, of_labels = listed_images(images), _listed(labels)
    pngs = [file for file in of_labels.pictures if file.suffix.lower() == LABEL_SUFFIX]
    label_of = _by_stem(pngs, "label")
    _by_stem(of_images.pictures, "image")
    _check_labels(of_images.pictures, label_of, of_labels)
    used = {stem_key(image) for image in of_images.pictures}
    left_out = [f"{images.name}/{line}" for line in of_images.left_out]
    left_out += [f"{labels.name}/{line}" for line in of_labels.left_out]
    left_out += [
        f"{labels.name}/{file.name}: "
        + ("no PNG, which labels are" if file not in pngs else f"no image in {split}/ is named so")
        for file in of_labels.pictures
        if file not in pngs or stem_key(file) not in used
    ]
    pairs = sorted((image, label_of[stem_key(image)]) for image in of_images.pictures)
    return SplitFiles(tuple(pairs), tuple(left_out))


def listed_images(folder: Path) -> PictureFolder:
    """Looks through a folder of images.

    Raises:
        DataError: there is none, it cannot be read, or it holds no image.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder")
    found = _listed(folder)
    if not found.pictures:
        raise DataError(
            f"{folder}: holds no image (found {shown_entries(found.left_out)}); images end in "
            f"{' '.join(sorted(PICTURE_SUFFIXES))}"
        )
    return found


def _listed(folder: Path) -> PictureFolder:
    try:
        return list_pictures(folder)
    except OSError as error:
        raise DataError(f"{folder}: cannot be read: {error.strerror}") from error


def _by_stem(files: Sequence[Path], what: str) -> dict[str, Path]:
    """Files by their stems.

    Raises:
        DataError: two have the same.
    """
    found: dict[str, Path] = {}
    for file in files:
        other = found.setdefault(stem_key(file), file)
        if other is not file:
            raise DataError(
                f"{file}: {other.name} is a second {what} of the same name: labels belong to "
                "images by their names without the ending, so keep or rename one"
            )
    return found


def _check_labels(images: Sequence[Path], label_of: dict[str, Path], labels: PictureFolder) -> None:
    """Checks that every image has its label.

    Raises:
        DataError: some have none; the message names them.
    """
    without = [image for image in images if stem_key(image) not in label_of]
    if not without:
        return
    first = without[0]
    more = f" (nor have {shortened([image.name for image in without[1:]])})" * (len(without) > 1)
    raise DataError(
        f"{first}: has no label; expected it at {labels.path / first.stem}{LABEL_SUFFIX}"
        f"{more}{labels_there(labels.path, first, images)}"
    )
