# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Label images: the number in the file counts, and what is open is asked about."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support.label_png import GREY, GREY_ALPHA, PALETTE, RGB, RGB_ALPHA, png

from attendseg_ros.errors import DataError
from attendseg_ros.labels import UNLABELLED, ClassTable
from attendseg_ros.labels.label_reader import LabelReader

COLORS = [[60, 160, 60], [170, 150, 120], [220, 20, 60]]
CLASSES: dict[str, Any] = {
    "classes": [
        {"id": i, "name": name, "color": color}
        for i, (name, color) in enumerate(zip(("ground", "path", "person"), COLORS, strict=True))
    ],
    "ignored_ids": [3],
}
OWN = [(60, 160, 60), (170, 150, 120), (220, 20, 60)]
FOREIGN = [(0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0)]
# As wide as no whole number of bytes.
IDS = np.tile(np.array([[0, 1, 2, 0, 1], [1, 2, 0, 0, 0]]), (3, 1))

Reader = Callable[..., LabelReader]


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Reads the images given, written as 0.png, 1.png, ..."""

    def made(*images: bytes, **changes: Any) -> LabelReader:
        files = [tmp_path / f"{number}.png" for number in range(len(images))]
        for file, content in zip(files, images, strict=True):
            file.write_bytes(content)
        return LabelReader(ClassTable.from_mapping({**CLASSES, **changes}), files)

    return made


def labels_of(found: LabelReader, path: Path) -> NDArray[np.uint8]:
    labels, orientation = found.read(path / "0.png")
    assert orientation == 1
    assert labels.dtype == np.uint8
    return labels


@pytest.mark.parametrize("bits", [2, 4, 8, 16])
def test_grey_of_any_bit_depth_is_read_by_id(reader: Reader, tmp_path: Path, bits: int) -> None:
    np.testing.assert_array_equal(labels_of(reader(png(IDS, GREY, bits)), tmp_path), IDS)


def test_grey_of_one_bit_is_read_by_id(reader: Reader, tmp_path: Path) -> None:
    np.testing.assert_array_equal(labels_of(reader(png(IDS % 2, GREY, 1)), tmp_path), IDS % 2)


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_a_palette_of_no_class_s_colours_is_read_by_index(
    reader: Reader, tmp_path: Path, bits: int
) -> None:
    found = reader(png(IDS, PALETTE, bits, FOREIGN))
    np.testing.assert_array_equal(labels_of(found, tmp_path), IDS)
    (decision,) = found.decisions
    assert decision.startswith("palette label images are read by ids: by colours 0.png holds")


def test_a_palette_whose_indices_are_no_ids_is_read_by_colour(
    reader: Reader, tmp_path: Path
) -> None:
    palette = [(9, 9, 9)] * 7 + OWN
    found = reader(png(IDS + 7, PALETTE, 4, palette))
    np.testing.assert_array_equal(labels_of(found, tmp_path), IDS)
    assert "read by colors: by ids 0.png holds the label id 7" in found.decisions[0]


def test_a_palette_of_the_class_table_means_the_same_either_way(
    reader: Reader, tmp_path: Path
) -> None:
    np.testing.assert_array_equal(labels_of(reader(png(IDS, PALETTE, 8, OWN)), tmp_path), IDS)


def test_a_palette_in_another_order_is_asked_about(reader: Reader, tmp_path: Path) -> None:
    image = png(IDS, PALETTE, 8, OWN[::-1])
    with pytest.raises(DataError, match=r"0\.png.*'label_values: ids' or 'label_values: colors'"):
        labels_of(reader(image), tmp_path)
    by_ids = reader(image, label_values="ids")
    np.testing.assert_array_equal(labels_of(by_ids, tmp_path), IDS)
    by_colors = reader(image, label_values="colors")
    np.testing.assert_array_equal(labels_of(by_colors, tmp_path), 2 - IDS)


def test_black_and_classes_colours_are_asked_about(reader: Reader, tmp_path: Path) -> None:
    """Index 0 is a class, and black means unlabelled."""
    with pytest.raises(DataError, match="label_values"):
        labels_of(reader(png(IDS, PALETTE, 8, [(0, 0, 0), *OWN[1:]])), tmp_path)


def test_one_way_for_all_images_of_a_set(reader: Reader, tmp_path: Path) -> None:
    """An image of black alone is what the others are; one wrong colour makes no index set."""
    black = png(IDS * 0, PALETTE, 8, FOREIGN)
    found = reader(black, png(IDS, PALETTE, 8, FOREIGN))
    np.testing.assert_array_equal(labels_of(found, tmp_path), IDS * 0)
    with pytest.raises(DataError, match="label_values"):
        labels_of(reader(black), tmp_path)
    mistyped = png(IDS, PALETTE, 8, [*OWN[1:], (1, 2, 3)])
    swapped = png(IDS, PALETTE, 8, OWN[::-1])
    with pytest.raises(DataError, match="label_values"):
        labels_of(reader(mistyped, swapped), tmp_path)
    outside = png(IDS + 1, PALETTE, 8, [(0, 0, 0), *OWN])
    with pytest.raises(DataError, match=r"neither by ids .*no class has.* nor by colours"):
        labels_of(reader(png(IDS + 7, PALETTE, 8, [(9, 9, 9)] * 7 + OWN), mistyped), tmp_path)
    np.testing.assert_array_equal(labels_of(reader(outside, ignored_ids=[]), tmp_path), IDS)


def test_grey_colours_are_ids(reader: Reader, tmp_path: Path) -> None:
    rgb = np.repeat(IDS[..., None], 3, axis=2)
    np.testing.assert_array_equal(labels_of(reader(png(rgb, RGB)), tmp_path), IDS)
    with_alpha = np.concatenate([rgb, np.full((*IDS.shape, 1), 255)], axis=2)
    np.testing.assert_array_equal(labels_of(reader(png(with_alpha, RGB_ALPHA)), tmp_path), IDS)
    grey_alpha = np.stack([IDS, np.full(IDS.shape, 255)], axis=2)
    for bits in (8, 16):
        found = reader(png(grey_alpha, GREY_ALPHA, bits))
        np.testing.assert_array_equal(labels_of(found, tmp_path), IDS)


def test_colours_are_colours(reader: Reader, tmp_path: Path) -> None:
    table = np.array(OWN)
    np.testing.assert_array_equal(labels_of(reader(png(table[IDS], RGB)), tmp_path), IDS)
    found = reader(png(table[IDS] * 257, RGB, 16))
    np.testing.assert_array_equal(labels_of(found, tmp_path), IDS)
    half_seen = np.concatenate([table[IDS], np.full((*IDS.shape, 1), 128)], axis=2)
    np.testing.assert_array_equal(labels_of(reader(png(half_seen, RGB_ALPHA)), tmp_path), IDS)


def test_a_black_image_among_coloured_ones_is_unlabelled(reader: Reader, tmp_path: Path) -> None:
    black = png(np.zeros((*IDS.shape, 3), int), RGB)
    found = reader(black, png(np.array(OWN)[IDS], RGB))
    assert (labels_of(found, tmp_path) == UNLABELLED).all()
    with pytest.raises(DataError, match="label_values"):
        labels_of(reader(black), tmp_path)


def test_transparent_pixels_of_a_class_are_refused(reader: Reader, tmp_path: Path) -> None:
    alpha = np.where(IDS == 1, 0, 255)[..., None]
    with pytest.raises(DataError, match=r"0\.png: holds transparent pixels.*'path'"):
        labels_of(reader(png(np.concatenate([IDS[..., None], alpha], 2), GREY_ALPHA)), tmp_path)
    unlabelled = np.where(IDS == 1, 3, IDS)[..., None]
    found = reader(png(np.concatenate([unlabelled, alpha], 2), GREY_ALPHA))
    np.testing.assert_array_equal(labels_of(found, tmp_path), np.where(IDS == 1, UNLABELLED, IDS))


@pytest.mark.parametrize(("kind", "unseen"), [(GREY, b"\0\1"), (PALETTE, b"\xff\0"), (RGB, None)])
def test_a_value_that_is_transparent_in_the_whole_picture_is_no_class(
    reader: Reader, tmp_path: Path, kind: int, unseen: bytes | None
) -> None:
    """As the background of an indexed picture is: where it means a class, nobody drew that."""

    def image(values: NDArray[np.integer]) -> bytes:
        if kind == RGB:
            colour = struct.pack(">HHH", *OWN[1])
            return png(np.array([*OWN, (0, 0, 0)])[values], RGB, unseen=colour)
        return png(values, kind, 8, OWN if kind == PALETTE else None, unseen=unseen or b"")

    with pytest.raises(DataError, match=r"0\.png:? holds transparent pixels that would .*'path'"):
        labels_of(reader(image(IDS)), tmp_path)
    others = np.where(IDS == 1, 0, IDS)
    np.testing.assert_array_equal(labels_of(reader(image(others)), tmp_path), others)


@pytest.mark.parametrize("kind", ["grey", "rgb", "palette"])
def test_masks_of_0_and_255_are_asked_about(reader: Reader, tmp_path: Path, kind: str) -> None:
    mask = (IDS == 1) * 255
    image = {
        "grey": png(mask, GREY),
        "rgb": png(np.repeat(mask[..., None], 3, axis=2), RGB),
        "palette": png(mask, PALETTE, 8, [(5, 5, 5)] * 256),
    }[kind]
    with pytest.raises(DataError, match=r"0\.png.*only 0 and 255.*write the id in place of 255"):
        labels_of(reader(image, image), tmp_path)
    expected = np.where(IDS == 1, UNLABELLED, 0)
    said = reader(image, ignored_ids=[255])
    np.testing.assert_array_equal(labels_of(said, tmp_path), expected)


def test_255_among_other_ids_means_unlabelled(reader: Reader, tmp_path: Path) -> None:
    found = reader(png((IDS == 1) * 255, GREY), png(IDS, GREY))
    np.testing.assert_array_equal(labels_of(found, tmp_path), np.where(IDS == 1, UNLABELLED, 0))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cannot be decoded as a PNG: it is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "it is a Git LFS pointer in place of"),
        (b"\xff\xd8\xff\xe0", "it is a JPEG by its content"),
        (png(IDS, GREY)[:-20], "the PNG is cut off"),
        (png(IDS, GREY).replace(b"IDAT", b"IDAU"), "wrong checksum"),
        (png(IDS, PALETTE, 8, OWN[:2]), "index 2 of a palette of 2"),
        (png(IDS + 255, GREY, 16), "label id 256"),
        (png(np.full((2, 2, 3), 300), RGB, 16), "colours of 16 bits"),
        (png(np.zeros((7000, 8000), np.uint8), GREY, 1), "8000x7000 is 56000000 pixels, more"),
    ],
)
def test_damaged_images_are_named(
    reader: Reader, tmp_path: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(DataError, match=rf"0\.png: .*{reason}"):
        labels_of(reader(content), tmp_path)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_label_is_turned_as_its_own_exif_data_say(
    reader: Reader, tmp_path: Path, orientation: int
) -> None:
    labels, found = reader(png(IDS, GREY, 8, orientation=orientation)).read(tmp_path / "0.png")
    assert found == orientation
    expected = {
        1: IDS,
        2: np.fliplr(IDS),
        3: np.rot90(IDS, 2),
        4: np.flipud(IDS),
        5: IDS.T,
        6: np.rot90(IDS, -1),
        7: np.rot90(IDS, 2).T,
        8: np.rot90(IDS),
    }[orientation]
    np.testing.assert_array_equal(labels, expected)
