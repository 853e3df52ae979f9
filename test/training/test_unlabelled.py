# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pictures without labels: listed, read, joined with those that have some, and learnt from."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from support.label_png import with_exif

from attendseg_ros.errors import DataError
from attendseg_ros.labels import UNLABELLED
from attendseg_ros.training import loop
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.groups import Grouping
from attendseg_ros.training.splits import check_labels, splits_of
from attendseg_ros.training.unlabelled import Joined, UnlabelledSet

NAMES = ("low", "high")


@pytest.fixture
def walk(labelled_folder: Path) -> Path:
    """Frames of a walk, one of them turned by its camera, and what else lies in such folders."""
    folder = labelled_folder / "walk"
    folder.mkdir()
    frame = np.zeros((60, 80, 3), np.uint8)
    frame[:, 40:] = 200
    cv2.imwrite(str(folder / "a.png"), frame)
    photo = cv2.imencode(".jpg", frame)[1].tobytes()
    (folder / "b.jpg").write_bytes(with_exif(photo, 6))
    (folder / "notes.txt").write_text("sunny")
    return folder


def test_they_are_read_as_segment_reads_them_and_have_no_class(walk: Path) -> None:
    found = UnlabelledSet(walk.parent, "walk")
    assert found.names == ["a", "b"]
    (left_out,) = found.left_out
    assert left_out.startswith("walk/notes.txt: ")
    (plain, labels), (turned, turned_labels) = found[0], found[1]
    assert plain.shape == (60, 80, 3)
    assert plain[30, 60].tolist() == [200, 200, 200]
    assert turned.shape == (80, 60, 3)
    assert labels.shape == (60, 80)
    assert turned_labels.shape == (80, 60)
    assert (labels == UNLABELLED).all()
    assert (turned_labels == UNLABELLED).all()


def test_a_folder_that_is_missing_or_holds_none_is_named(walk: Path) -> None:
    with pytest.raises(DataError, match=r"drive: no such folder$"):
        UnlabelledSet(walk.parent, "walk+drive")
    (walk.parent / "drive").mkdir()
    with pytest.raises(DataError, match=r"drive: holds no image"):
        UnlabelledSet(walk.parent, "walk+drive")
    (walk / "c.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"c\.png: cannot be decoded"):
        UnlabelledSet(walk.parent, "walk")[2]


def test_sources_are_joined_in_their_order(walk: Path) -> None:
    walked = UnlabelledSet(walk.parent, "walk")
    flat = [(np.full((4, 6, 3), value, np.uint8), np.zeros((4, 6), np.uint8)) for value in (1, 2)]
    joined = Joined([flat, walked, flat[:1]])
    assert len(joined) == 5
    shapes = [joined[index][0].shape[:2] for index in range(5)]
    assert shapes == [(4, 6), (4, 6), (60, 80), (80, 60), (4, 6)]
    assert joined[4][0][0, 0, 0] == 1


def test_only_a_teacher_can_say_what_they_show(short: TrainingConfig) -> None:
    taught = {"unlabelled_split": "walk", "teacher": (Path("street"),)}
    for settings in (taught | {"teacher": ()}, taught | {"distillation_weight": 0.0}):
        with pytest.raises(DataError, match=r"images of walk have no labels, so only a teacher"):
            replace(short, **settings)


def test_they_are_told_apart_from_what_is_scored(short: TrainingConfig, walk: Path) -> None:
    config = replace(short, unlabelled_split="walk", teacher=(Path("street"),))
    splits = splits_of(config)
    before = splits.fingerprint()["trained on without labels"]
    assert before.startswith("2 images")
    notes = check_labels(splits, splits.train, NAMES)[1]
    assert "2 images without labels are trained on by what the teacher says" in notes
    assert any(note.startswith("left out walk/notes.txt: ") for note in notes)
    shutil.copy(short.data / "val" / "1.png", walk / "again.png")
    splits = splits_of(config)
    assert splits.fingerprint()["trained on without labels"] != before
    (note,) = splits.notes
    assert note == (
        "1 of the 4 images of 'val' are trained on as well without labels, such as 1.png, which is "
        f"{walk / 'again.png'} too: the score flatters the network"
    )
    shutil.copy(short.data / "train" / "3.png", walk / "again.png")
    by_blocks = replace(config, groups=Grouping.from_plain("blocks:2"), hold_out=("2",))
    with pytest.raises(DataError, match=re.escape(f"trained on as {walk / 'again.png'}")):
        splits_of(by_blocks)


def test_what_no_label_shows_is_learnt_of_them(short: TrainingConfig, tmp_path: Path) -> None:
    config = replace(short, epochs=12, ema_decay=0.5, evaluate_every=1)
    loop.run(config)
    shutil.copytree(short.data / "train", short.data / "walk")
    for image in (short.data / "train").iterdir():
        cv2.imwrite(str(image), np.full((60, 80, 3), 40, np.uint8))
        cv2.imwrite(str(short.data / "trainannot" / image.name), np.zeros((60, 80), np.uint8))
    pupil = replace(config, run=tmp_path / "pupil", teacher=(config.run,))
    alone = loop.run(pupil)
    walked = loop.run(replace(pupil, run=tmp_path / "walked", unlabelled_split="walk"))
    assert walked["mean_iou"] > alone["mean_iou"] + 0.1
