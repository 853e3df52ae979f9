# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Labelled sets: what is read, and what is refused by name."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from support.label_png import GREY, png, with_exif

from attendseg_ros.errors import DataError
from attendseg_ros.images.encoded import decode_rgb
from attendseg_ros.labels import UNLABELLED, ClassTable
from attendseg_ros.scene import StreetScene
from attendseg_ros.training.dataset import LabelledSet


def test_reads_rgb_and_class_ids(labelled_folder: Path, classes: ClassTable) -> None:
    pure_red = np.zeros((60, 80, 3), np.uint8)
    pure_red[..., 2] = 255
    cv2.imwrite(str(labelled_folder / "train" / "0.png"), pure_red)
    labelled = LabelledSet(labelled_folder, "train", classes)
    rgb, labels = labelled[0]
    assert labelled.names == ["0", "1", "2", "3"]
    assert tuple(rgb[5, 5]) == (255, 0, 0)
    assert set(np.unique(labels)) == {0, 1, UNLABELLED}
    assert (labels[0] == UNLABELLED).all(), "ignored ids are unlabelled"


def test_colour_labels_mean_the_same_as_ids(labelled_folder: Path, classes: ClassTable) -> None:
    _, expected = LabelledSet(labelled_folder, "val", classes)[1]
    colours = classes.palette()[expected]
    cv2.imwrite(str(labelled_folder / "valannot" / "1.png"), colours[..., ::-1])
    _, labels = LabelledSet(labelled_folder, "val", classes)[1]
    assert np.array_equal(labels, expected)


def test_knows_which_images_are_in_another_split_too(
    labelled_folder: Path, classes: ClassTable
) -> None:
    train = LabelledSet(labelled_folder, "train", classes)
    val = LabelledSet(labelled_folder, "val", classes)
    assert set(train.names) & set(val.names)
    assert not val.shares_images_with(train), "pictures of the same name are different pictures"
    (labelled_folder / "train" / "1.png").write_bytes(
        (labelled_folder / "val" / "1.png").read_bytes()
    )
    assert val.shares_images_with(train)


def test_the_same_picture_is_the_same_under_another_name(
    labelled_folder: Path, classes: ClassTable
) -> None:
    copy = labelled_folder / "train" / "3.png"
    copy.write_bytes((labelled_folder / "val" / "1.png").read_bytes())
    train = LabelledSet(labelled_folder, "train", classes)
    val = LabelledSet(labelled_folder, "val", classes)
    assert list(val.pictures_in(train)) == [(labelled_folder / "val" / "1.png", copy)]
    assert val.shares_images_with(train)


@pytest.mark.parametrize(
    ("split", "words"),
    [
        ("val+train+val", "'val' is named twice"),
        ("train+", "name of a split is empty"),
        ("", "name of a split is empty"),
    ],
)
def test_splits_that_cannot_be_meant(
    labelled_folder: Path, classes: ClassTable, split: str, words: str
) -> None:
    with pytest.raises(DataError, match=words):
        LabelledSet(labelled_folder, split, classes)


def test_refuses_a_missing_folder(tmp_path: Path, classes: ClassTable) -> None:
    with pytest.raises(DataError, match="train: no such folder"):
        LabelledSet(tmp_path, "train", classes)


def test_refuses_an_empty_folder(tmp_path: Path, classes: ClassTable) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "trainannot").mkdir()
    with pytest.raises(DataError, match="train: holds no image"):
        LabelledSet(tmp_path, "train", classes)


def test_refuses_an_image_without_label(labelled_folder: Path, classes: ClassTable) -> None:
    (labelled_folder / "trainannot" / "2.png").unlink()
    with pytest.raises(DataError, match=r"2\.png: has no label; expected it at"):
        LabelledSet(labelled_folder, "train", classes)


def write_label(folder: Path, values: np.ndarray) -> None:
    cv2.imwrite(str(folder / "trainannot" / "0.png"), values)


def test_refuses_what_a_label_must_not_hold(labelled_folder: Path, classes: ClassTable) -> None:
    labelled = LabelledSet(labelled_folder, "train", classes)
    write_label(labelled_folder, np.full((60, 80), 5, np.uint8))
    with pytest.raises(DataError, match=r"0\.png: holds the label id 5"):
        labelled[0]
    write_label(labelled_folder, np.full((60, 80, 3), (1, 2, 3), np.uint8))
    with pytest.raises(DataError, match=r"0\.png: holds the colour \(3, 2, 1\)"):
        labelled[0]
    write_label(labelled_folder, np.zeros((60, 79), np.uint8))
    with pytest.raises(DataError, match=r"is 79x60, but its image 0\.png is 80x60"):
        labelled[0]
    write_label(labelled_folder, np.full((60, 80), 256, np.uint16))
    with pytest.raises(DataError, match=r"0\.png: holds the label id 256"):
        labelled[0]
    (labelled_folder / "train" / "0.png").write_bytes(b"not a picture")
    with pytest.raises(DataError, match=r"0\.png: cannot be decoded"):
        labelled[0]


def rename(folder: Path, old: str, new: str) -> None:
    (folder / old).rename(folder / new)


def test_names_match_in_any_unicode_form_and_case_of_the_ending(
    labelled_folder: Path, classes: ClassTable
) -> None:
    whole, apart = (unicodedata.normalize(form, "Müller") for form in ("NFC", "NFD"))
    _, expected = LabelledSet(labelled_folder, "val", classes)[3]
    rename(labelled_folder / "val", "3.png", f"{apart}.PNG")
    rename(labelled_folder / "valannot", "3.png", f"{whole}.PNG")
    labelled = LabelledSet(labelled_folder, "val", classes)
    assert labelled.names == ["0", "1", "2", apart]
    assert np.array_equal(labelled[3][1], expected)


def test_files_that_are_not_used_are_named(labelled_folder: Path, classes: ClassTable) -> None:
    for name in ("train/._0.png", "train/.DS_Store", "train/notes.txt", "train/x.heic"):
        (labelled_folder / name).write_bytes(b"x")
    for name in ("alone.png", "0.jpg", "._0.png"):
        (labelled_folder / "trainannot" / name).write_bytes(b"x")
    labelled = LabelledSet(labelled_folder, "train", classes)
    assert labelled.names == ["0", "1", "2", "3"]
    assert [line.split(": ")[0] for line in labelled.left_out] == [
        "train/notes.txt",
        "train/x.heic",
        "trainannot/0.jpg",
        "trainannot/alone.png",
    ]
    assert labelled.left_out[-1] == "trainannot/alone.png: no image in train/ is named so"


def second_image(root: Path) -> None:
    (root / "train" / "1.jpg").write_bytes((root / "train" / "1.png").read_bytes())


def second_label(root: Path) -> None:
    (root / "trainannot" / "1.PNG").write_bytes((root / "trainannot" / "1.png").read_bytes())


def label_in_other_case(root: Path) -> None:
    rename(root / "train", "2.png", "Left.png")
    rename(root / "trainannot", "2.png", "left.png")


def label_as_jpeg(root: Path) -> None:
    rename(root / "trainannot", "2.png", "2.jpg")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (second_image, r"1\.(png|jpg): 1\.(png|jpg) is a second image of the same name"),
        (second_label, r"1\.(png|PNG): 1\.(png|PNG) is a second label of the same name"),
        (label_in_other_case, r"Left\.png: has no label.*left\.png is there"),
        (label_as_jpeg, r"2\.png: has no label.*2\.jpg is there: labels are PNGs, as lossy"),
    ],
)
def test_refuses_what_leaves_open_which_label_is_whose(
    damage: Callable[[Path], None], reason: str, labelled_folder: Path, classes: ClassTable
) -> None:
    damage(labelled_folder)
    with pytest.raises(DataError, match=reason):
        LabelledSet(labelled_folder, "train", classes)


def test_several_splits_are_one_set(labelled_folder: Path, classes: ClassTable) -> None:
    both = LabelledSet(labelled_folder, "train+val", classes)
    val = LabelledSet(labelled_folder, "val", classes)
    assert len(both) == 8
    assert np.array_equal(both[5][0], val[1][0])
    chosen = both.subset([5, 0])
    assert (len(chosen), chosen.names) == (2, ["1", "0"])
    assert np.array_equal(chosen[0][1], val[1][1])
    (labelled_folder / "train+val").mkdir()
    with pytest.raises(DataError, match=r"train\+valannot: no such folder"):
        LabelledSet(labelled_folder, "train+val", classes)


UPRIGHT = np.zeros((40, 60), np.uint8)
UPRIGHT[:10, :20] = 1


def photo(pixels: NDArray[np.uint8], orientation: int) -> bytes:
    content = cv2.imencode(".jpg", np.repeat(pixels[..., None] * 255, 3, axis=2))[1].tobytes()
    return with_exif(content, orientation)


def write_photo(root: Path, picture: bytes, label: bytes) -> None:
    for folder in ("s", "sannot"):
        (root / folder).mkdir(exist_ok=True)
    (root / "s" / "a.jpg").write_bytes(picture)
    (root / "sannot" / "a.png").write_bytes(label)


@pytest.mark.parametrize("label_is", ["upright", "as stored", "with EXIF data of its own"])
@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_a_photo_and_its_label_are_turned_alike(
    tmp_path: Path, classes: ClassTable, orientation: int, label_is: str
) -> None:
    stored = {
        5: UPRIGHT.T,
        6: np.rot90(UPRIGHT),
        7: np.rot90(UPRIGHT, 2).T,
        8: np.rot90(UPRIGHT, -1),
    }[orientation]
    label = {
        "upright": png(UPRIGHT, GREY),
        "as stored": png(stored, GREY),
        "with EXIF data of its own": png(stored, GREY, orientation=orientation),
    }[label_is]
    write_photo(tmp_path, photo(np.ascontiguousarray(stored), orientation), label)
    rgb, labels = LabelledSet(tmp_path, "s", classes)[0]
    assert np.array_equal(labels, UPRIGHT)
    assert np.array_equal(rgb[..., 0] > 127, UPRIGHT == 1)


@pytest.mark.parametrize("orientation", [2, 3, 4])
def test_a_turn_that_keeps_the_size_is_asked_about(
    tmp_path: Path, classes: ClassTable, orientation: int
) -> None:
    write_photo(tmp_path, photo(UPRIGHT, orientation), png(UPRIGHT, GREY))
    with pytest.raises(
        DataError, match=rf"a\.jpg: its EXIF.*{orientation}.*-auto-orient.*exiftool"
    ):
        LabelledSet(tmp_path, "s", classes)[0]
    write_photo(tmp_path, photo(UPRIGHT, 1), png(UPRIGHT, GREY))
    assert np.array_equal(LabelledSet(tmp_path, "s", classes)[0][1], UPRIGHT)


@pytest.mark.parametrize(("of_image", "of_label"), [(1, 3), (1, 2), (2, 3), (6, 8), (5, 6)])
def test_a_label_that_is_turned_otherwise_than_its_image_is_refused(
    tmp_path: Path, classes: ClassTable, of_image: int, of_label: int
) -> None:
    write_photo(tmp_path, photo(UPRIGHT, of_image), png(UPRIGHT, GREY, orientation=of_label))
    with pytest.raises(
        DataError, match=rf"a\.png: its EXIF.*{of_label}.*a\.jpg is turned otherwise.*{of_image}"
    ):
        LabelledSet(tmp_path, "s", classes)[0]


def test_a_label_may_be_turned_where_the_pixels_of_its_image_were(
    tmp_path: Path, classes: ClassTable
) -> None:
    label = png(np.ascontiguousarray(np.rot90(UPRIGHT)), GREY, orientation=6)
    write_photo(tmp_path, photo(UPRIGHT, 1), label)
    assert np.array_equal(LabelledSet(tmp_path, "s", classes)[0][1], UPRIGHT)


def test_a_pointer_in_place_of_an_image_is_named(
    labelled_folder: Path, classes: ClassTable
) -> None:
    image = next(file for file in (labelled_folder / "train").iterdir())
    image.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n")
    labelled = LabelledSet(labelled_folder, "train", classes)
    with pytest.raises(DataError, match=f"{image.name}: is a Git LFS pointer in place of the file"):
        [labelled[index] for index in range(len(labelled))]


def street_jpeg() -> tuple[bytes, NDArray[np.uint8]]:
    """A JPEG, and what it shows, RGB."""
    data = cv2.imencode(".jpg", StreetScene(3, 160, 120).render(1.0).rgb[..., ::-1])[1].tobytes()
    return data, decode_rgb(data)


def test_images_are_read_as_segment_reads_them(tmp_path: Path, classes: ClassTable) -> None:
    data, shown = street_jpeg()
    label = png(np.zeros((120, 160), np.uint8), GREY)
    twelve_bits = cv2.imencode(".png", shown[..., 1].astype(np.uint16) * 16)[1].tobytes()
    for content in (data[:-2], b"\r\n" + data, data[:20] + b"\0\0" + data[20:], twelve_bits):
        write_photo(tmp_path, content, label)
        rgb = LabelledSet(tmp_path, "s", classes)[0][0]
        np.testing.assert_array_equal(rgb, decode_rgb(content))


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_an_image_that_is_cut_off_or_has_a_hole_is_refused(
    tmp_path: Path, classes: ClassTable, share: float
) -> None:
    data, _ = street_jpeg()
    place = int(len(data) * share)
    for damaged in (data[:place], data[:place] + bytes(300) + data[place + 300 :]):
        write_photo(tmp_path, damaged, png(np.zeros((120, 160), np.uint8), GREY))
        with pytest.raises(DataError, match=r"a\.jpg: cannot be decoded as an image.*truncated"):
            LabelledSet(tmp_path, "s", classes)[0]
