# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Sets as tools export them are refused, with what they are and what is to be done."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendseg_ros.errors import DataError
from attendseg_ros.training.set_files import split_files

COCO = '{"info": {}, "images": [], "annotations": []}'
LABELME = '{"version": "5.0", "shapes": []}'


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ("train.zip", "train.zip is there: unpack it first"),
        ("train/a.jpg trainannot.zip", "trainannot.zip is there: unpack it first"),
        ("train/a.jpg trainannot/masks.zip", "masks.zip is there: unpack it first"),
        ("train/a.jpg train/_annotations.coco.json", "COCO's polygons and runs, which are not"),
        ("train2017/a.jpg annotations/instances_train2017.coco.json", "as with annToMask"),
        ("train/a.jpg train/a.labelme.json", "LabelMe's polygons, which are not read"),
        ("train/a.jpg trainannot/a.json", "a.json is there: JSON, which is not read"),
        ("train/a.jpg train/a_mask.png", "move train/*_mask.png to trainannot/ without '_mask'"),
        ("JPEGImages/a.jpg SegmentationClass/a.png", "copy JPEGImages/ as train/ and"),
        ("leftImg8bit/x gtFine/x", "gtFine/train/*/*_gtFine_labelTrainIds.png to trainannot/"),
        ("img_dir/train/a.jpg ann_dir/train/a.png", "ann_dir/train/ as trainannot/"),
        ("images/a.jpg masks/a.png", "it holds images/ beside the labels: copy"),
        ("meta.json ds0/img/a.jpg ds0/ann/a.jpg.json", "Supervisely's layout (ds0/img, ds0/ann)"),
        ("Train/a.jpg TrainAnnot/a.png", "it holds Train, TrainAnnot, and names differ by upper"),
        ("valid/a.jpg .hidden", "it holds valid"),
        ("train/a.jpg trainannot/a_labelIds.png", "leave '_labelIds' out of the names"),
        ("train/a.jpg trainannot/A_L.PNG", "A_L.PNG is there: leave '_L' out of the names"),
        ("train/a_leftImg8bit.png trainannot/a_gtFine.png", "trainannot/ holds a_gtFine.png"),
        ("train/a.jpg trainannot/.x", "trainannot/ is empty"),
        ("train/a.jpg trainannot/a.tif", "a.tif is there: labels are PNGs, save it as one"),
        ("train/a.jpg trainannot/A.png", "A.png is there: names differ by upper and lower case"),
    ],
)
def test_a_layout_of_others_is_named(tmp_path: Path, files: str, words: str) -> None:
    for name in files.split():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(COCO if "coco" in name else LABELME if "labelme" in name else "{}")
    with pytest.raises(DataError) as caught:
        split_files(tmp_path, "train")
    assert words in str(caught.value)


def test_an_archive_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "set.zip").write_bytes(b"PK")
    with pytest.raises(DataError, match=r"set\.zip is a file: unpack an archive first"):
        split_files(tmp_path / "set.zip", "train")


def test_of_one_label_that_is_missing_others_are_no_hint(tmp_path: Path) -> None:
    for name in ("train/1.jpg", "train/1_2.jpg", "train/10.jpg", "trainannot/1_2.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    (tmp_path / "trainannot" / "10.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"1\.jpg: has no label; expected it at [^;]*1\.png$"):
        split_files(tmp_path, "train")
