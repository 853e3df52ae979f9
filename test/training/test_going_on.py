# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a run that goes on must find as it was: what it builds on, and its set."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from attendseg_ros.errors import DataError
from attendseg_ros.training import loop
from attendseg_ros.training.checkpoint import BEST_FILE, LAST_FILE
from attendseg_ros.training.checks import check_settings
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.origins import CONFIG_FILE


def test_a_run_finds_what_it_builds_on_wherever_the_command_is_given(
    short: TrainingConfig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    near = replace(
        short, start_from=Path("first"), teacher=(Path("large"), Path("street"), Path("offroad"))
    )
    # A run in reach comes before the shipped model of its name, and a set of the name does not.
    (tmp_path / "offroad").mkdir()
    (tmp_path / "offroad" / CONFIG_FILE).touch()
    (tmp_path / "street").mkdir()
    near.save()
    backed = replace(short, run=tmp_path / "backed", backbone=Path("weights.pth"))
    backed.save()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    found = TrainingConfig.load(short.run)
    assert found.start_from == tmp_path / "first"
    assert found.teacher == (tmp_path / "large", Path("street"), tmp_path / "offroad")
    assert TrainingConfig.load(backed.run).backbone == tmp_path / "weights.pth"
    with pytest.raises(DataError, match=r"start_from is .*first there, now .*elsewhere/first"):
        check_settings(near)


def test_a_path_that_goes_up_is_the_same_path(
    short: TrainingConfig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for folder in ("disk/field", "disk/deep", "runs"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "field").symlink_to("disk/field")
    (tmp_path / "link").symlink_to("disk/deep")
    monkeypatch.chdir(tmp_path)
    made = replace(short, data=Path("field"), start_from=Path("first"), teacher=(Path("large"),))
    made.save()
    monkeypatch.chdir(tmp_path / "runs")
    again = replace(
        made,
        data=Path("../field"),
        start_from=Path("../first"),
        teacher=(Path("../runs/../large"),),
    )
    check_settings(again)
    # Behind a link ".." leads elsewhere.
    with pytest.raises(DataError, match=r"data is .*/field there, now .*/disk/field\)"):
        check_settings(replace(again, data=Path("../link/../field")))
    monkeypatch.chdir(tmp_path / "disk" / "deep")
    with pytest.raises(DataError, match=r"data is .*/field there, now .*/disk[,)]"):
        check_settings(replace(made, data=Path("..")))


def test_a_run_whose_set_has_changed_does_not_go_on(short: TrainingConfig) -> None:
    """Its best score would be of other images than those that it is compared with."""
    loop.run(short)
    annotated = short.data / "valannot" / "0.png"
    label = annotated.read_bytes()
    cv2.imwrite(str(annotated), np.zeros((60, 80), np.uint8))
    with pytest.raises(DataError, match=r"last\.pt: the set .* has changed since \(scored on"):
        loop.run(short)
    annotated.write_bytes(label)
    for folder, name in (("train", "0.png"), ("trainannot", "0.png")):
        shutil.copy(short.data / folder / name, short.data / folder / "new.png")
    with pytest.raises(DataError, match=r"trained on is 4 images \(.*\) there, now 5 images"):
        loop.run(short)
    # A checkpoint of before says nothing of its set.
    state = torch.load(short.run / LAST_FILE)
    del state["set"]
    torch.save(state, short.run / LAST_FILE)
    assert loop.run(short)["epoch"] <= short.epochs


def test_a_run_may_be_a_link_to_a_folder_of_its_own(short: TrainingConfig, tmp_path: Path) -> None:
    """As on a larger disk; the folder need not be there yet, but where it is to be must."""
    (tmp_path / "disk").mkdir()
    link, adrift = tmp_path / "link", tmp_path / "adrift"
    link.symlink_to("disk/run")
    adrift.symlink_to("gone/run")
    assert loop.run(replace(short, run=link))["epoch"] <= short.epochs
    assert link.is_symlink()
    assert (tmp_path / "disk" / "run" / LAST_FILE).is_file()
    with pytest.raises(DataError, match=r"adrift: is a link to .*gone/run, whose folder does not"):
        loop.run(replace(short, run=adrift))


@pytest.mark.parametrize("name", [BEST_FILE, LAST_FILE])
def test_weights_of_another_program_are_not_replaced(short: TrainingConfig, name: str) -> None:
    short.run.mkdir()
    (short.run / name).write_bytes(b"of weeks")
    with pytest.raises(DataError, match=rf"run: holds {name} and no config\.yaml, so it is no run"):
        loop.run(short)
    assert [file.name for file in short.run.iterdir()] == [name]
    assert (short.run / name).read_bytes() == b"of weeks"
