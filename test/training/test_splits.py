# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a run trains on and is scored on, and what is said of its set before it starts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from attendseg_ros.errors import DataError
from attendseg_ros.labels import ClassTable
from attendseg_ros.training.ancestry import seen_before
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.groups import Grouping
from attendseg_ros.training.splits import check_labels, splits_of

NAMES = ("low", "high")


@pytest.fixture
def config(labelled_folder: Path, classes: ClassTable, tmp_path: Path) -> TrainingConfig:
    return TrainingConfig(data=labelled_folder, classes=classes, run=tmp_path / "run")


def held_out(config: TrainingConfig, *names: str, gap: int | None = None) -> TrainingConfig:
    return replace(config, groups=Grouping.from_plain("blocks:2"), hold_out=names, gap=gap)


def relabel(folder: Path, name: str, value: int) -> None:
    cv2.imwrite(str(folder / name), np.full((60, 80), value, np.uint8))


def test_classes_and_images_without_labels_are_named(config: TrainingConfig) -> None:
    for number in range(4):
        relabel(config.data / "trainannot", f"{number}.png", 7 if number == 2 else 0)
    (config.data / "train" / "scan.heic").write_bytes(b"x")
    splits = splits_of(config)
    counts, notes = check_labels(splits, splits.train, NAMES)
    assert counts.tolist() == [3 * 60 * 80, 0]
    assert notes == [
        "left out train/scan.heic: HEIC, which is not read: convert it to JPEG or PNG",
        "all pixels are unlabelled in 1 image(s): 2.png",
        "no pixel of high is trained on: the network cannot learn what it is never shown",
    ]
    for number in range(4):
        relabel(config.data / "valannot", f"{number}.png", 7)
    splits = splits_of(config)
    with pytest.raises(DataError, match=r"valannot: no label shows any class.*is scored on"):
        check_labels(splits, splits.train, NAMES)


def test_pictures_scored_on_and_trained_on_are_said(config: TrainingConfig) -> None:
    copy = config.data / "train" / "3.png"
    copy.write_bytes((config.data / "val" / "1.png").read_bytes())
    splits = splits_of(config)
    (note,) = check_labels(splits, splits.train, NAMES)[1]
    assert f"images of 'val' are trained on as well, such as 1.png, which is {copy} too" in note
    both = splits_of(replace(config, train_split="train+val"))
    (note,) = both.notes
    assert note.startswith(f"{len(both.val)} of the {len(both.val)} images of 'val'")


def test_nothing_is_said_of_a_set_in_order(config: TrainingConfig) -> None:
    splits = splits_of(config)
    assert check_labels(splits, splits.train, NAMES)[1] == []


def test_what_is_held_out_is_not_trained_on(config: TrainingConfig) -> None:
    splits = splits_of(held_out(config, "2", gap=0))
    assert (splits.train.names, splits.val.names) == (["0", "1"], ["2", "3"])
    assert list(splits.groups) == ["2"]
    splits = splits_of(held_out(config, "2"))
    assert splits.train.names == ["0"]
    assert "in the gap of 1 on each side, used for neither: 1" in splits.notes[0]


def test_settings_of_groups_survive_the_file(config: TrainingConfig) -> None:
    for groups in (
        Grouping.from_plain("prefix/blocks:3"),
        Grouping.from_plain({"groups": {"a": ["x*"], "b": "y*"}}),
        # One line an image, as a large set may have it.
        Grouping.from_plain({"groups": {"a": [f"a_{i:06}" for i in range(25_000)], "b": "y*"}}),
    ):
        settings = replace(config, groups=groups, hold_out=("a", "b"), gap=3)
        settings.save()
        assert TrainingConfig.load(config.run) == settings


def test_an_earlier_run_that_saw_what_is_held_out_is_named(
    config: TrainingConfig, tmp_path: Path
) -> None:
    first = replace(config, run=tmp_path / "first")
    apart = replace(held_out(config, "2", gap=0), run=tmp_path / "apart")
    second = replace(config, run=tmp_path / "second", start_from=first.run, train_split="val")
    for run in (first, apart, second):
        run.save()
    wanted = held_out(config, "2", gap=0)
    held = splits_of(wanted).val.images
    assert seen_before(wanted, held) == []
    assert seen_before(replace(wanted, start_from=apart.run), held) == []
    (line,) = seen_before(replace(wanted, start_from=second.run), held)
    assert line.startswith(f"2 of the 2 images held out were trained on by {first.run}")
    (line,) = seen_before(replace(wanted, teacher=(tmp_path / "gone",)), held)
    assert "gone was trained on what is held out is unknown" in line
