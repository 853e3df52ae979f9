# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Labelled sets: what is read, and what is refused by name."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from attendseg_ros.errors import DataError
from attendseg_ros.labels import UNLABELLED, ClassTable
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
    assert not val.shares_images_with(train), "another picture of the same name is another one"
    (labelled_folder / "train" / "1.png").write_bytes(
        (labelled_folder / "val" / "1.png").read_bytes()
    )
    assert val.shares_images_with(train)


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
