# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A model card tells of every run behind a network, and of no machine."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from support.labelled_set import CLASSES

from attendseg_ros.deployment.stages import stages_of
from attendseg_ros.labels import ClassTable
from attendseg_ros.network.shape import Shape
from attendseg_ros.training.config import TrainingConfig


def saved(folder: Path, name: str, **values: object) -> TrainingConfig:
    """The settings of a run in a folder, as training leaves them there."""
    settings = TrainingConfig(data=folder / "data", classes=CLASSES, run=folder / name)
    settings = replace(settings, **values)  # type: ignore[arg-type]
    settings.save()
    return settings


def test_runs_come_after_those_they_build_on_and_each_once(tmp_path: Path) -> None:
    saved(tmp_path, "first")
    saved(tmp_path, "teacher", start_from=tmp_path / "first")
    last = saved(
        tmp_path, "last", start_from=tmp_path / "first", teacher=(tmp_path / "teacher",), seed=3
    )
    stages = stages_of(last)
    assert [stage["run"] for stage in stages] == ["first", "teacher", "last"]
    assert (stages[-1]["start_from"], stages[-1]["teacher"]) == ("first", ["teacher"])
    assert stages[-1]["seed"] == 3


def test_no_stage_names_a_folder_of_the_machine(tmp_path: Path) -> None:
    saved(tmp_path, "first")
    stages = stages_of(saved(tmp_path, "last", start_from=tmp_path / "first"))
    assert [stage["data"] for stage in stages] == ["data", "data"]
    assert str(tmp_path) not in str(stages)


def test_a_run_that_is_gone_is_named_and_no_stage(tmp_path: Path) -> None:
    saved(tmp_path, "first")
    last = saved(tmp_path, "last", start_from=tmp_path / "first")
    shutil.rmtree(tmp_path / "first")
    (stage,) = stages_of(last)
    assert stage["start_from"] == "first"


def test_what_is_built_in_goes_by_its_name_and_the_user_s_by_its_file(tmp_path: Path) -> None:
    plain = saved(tmp_path, "plain", classes=ClassTable.load("camvid"))
    (stage,) = stages_of(plain)
    # The default shape needs no option.
    assert (stage["classes"], stage["shape"]) == ("camvid", None)
    (stage,) = stages_of(replace(plain, classes=CLASSES, shape=Shape.load("small")))
    assert (stage["classes"], stage["shape"]) == ("classes.yaml", "small")
    wider = replace(Shape(), stem=Shape().stem + 8)
    (stage,) = stages_of(replace(plain, shape=wider))
    assert stage["shape"] == "shape.yaml"


def test_the_weight_of_a_teacher_is_told_where_there_is_one(tmp_path: Path) -> None:
    alone = saved(tmp_path, "alone")
    assert "distillation_weight" not in stages_of(alone)[-1]
    taught = replace(alone, teacher=(tmp_path / "teacher",))
    assert stages_of(taught)[-1]["distillation_weight"] == taught.distillation_weight
