# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Training: learns, resumes to the same result, refuses what it cannot use."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
import yaml

from attendseg_ros.errors import DataError, LogitsError
from attendseg_ros.labels import UNLABELLED, ClassTable
from attendseg_ros.locks import held_alone
from attendseg_ros.network.shape import Shape
from attendseg_ros.training import loop
from attendseg_ros.training.checkpoint import BEST_FILE, LAST_FILE, load_trained
from attendseg_ros.training.checks import check_settings
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.descent import recorded_descent
from attendseg_ros.training.origins import CONFIG_FILE


@pytest.fixture
def config(short: TrainingConfig) -> TrainingConfig:
    return replace(short, epochs=3, ema_decay=0.5, evaluate_every=1)


def losses(run: Path) -> list[float]:
    return [json.loads(line)["loss"] for line in (run / loop.LOG_FILE).read_text().splitlines()]


def test_learns_a_simple_set(config: TrainingConfig) -> None:
    best = loop.run(replace(config, epochs=12))
    curve = losses(config.run)
    assert len(curve) == 12
    assert curve[-1] < 0.6 * curve[0]
    assert best["mean_iou"] > 0.7
    network = load_trained(config.run, num_classes=2)
    assert not network.training


def train_in_another_process(config: TrainingConfig) -> subprocess.Popen[bytes]:
    config.save()
    script = (
        "import sys; from attendseg_ros.training import loop, config;"
        "loop.run(config.TrainingConfig.load(sys.argv[1]))"
    )
    return subprocess.Popen([sys.executable, "-c", script, str(config.run)])


def test_a_killed_run_resumes_to_the_same_result(config: TrainingConfig, tmp_path: Path) -> None:
    whole = replace(config, run=tmp_path / "whole")
    loop.run(whole)
    process = train_in_another_process(config)
    deadline = time.monotonic() + 120
    while not (config.run / LAST_FILE).exists():
        assert process.poll() is None, "training ended before its first checkpoint"
        assert time.monotonic() < deadline, "no checkpoint within two minutes"
        time.sleep(0.005)
    process.kill()
    process.wait()
    loop.run(config)
    assert losses(config.run) == losses(whole.run)
    ends = [torch.load(run / LAST_FILE)["network"] for run in (config.run, whole.run)]
    for name, weights in ends[0].items():
        assert torch.equal(weights, ends[1][name]), name


def test_two_runs_at_once_are_refused(config: TrainingConfig) -> None:
    with held_alone(config.run):
        before = list(config.run.iterdir())
        with pytest.raises(DataError, match="another run is writing to it; wait for its end"):
            loop.run(config)
        assert list(config.run.iterdir()) == before
    loop.run(replace(config, epochs=1))


def test_a_run_that_diverges_keeps_its_last_checkpoint(config: TrainingConfig) -> None:
    wild = replace(config, learning_rate=1e30, evaluate_every=100, epochs=30)
    with pytest.raises(LogitsError, match=r"the loss of epoch \d+ is nan, so the training has"):
        loop.run(wild)
    checkpoint = wild.run / LAST_FILE
    if checkpoint.exists():
        for name, weights in torch.load(checkpoint)["network"].items():
            assert torch.isfinite(weights).all(), name


def test_another_seed_is_another_run(config: TrainingConfig, tmp_path: Path) -> None:
    other = replace(config, run=tmp_path / "other", seed=1, epochs=1)
    loop.run(replace(config, epochs=1))
    loop.run(other)
    assert losses(config.run) != losses(other.run)


def test_starts_from_another_run(config: TrainingConfig, tmp_path: Path) -> None:
    loop.run(replace(config, epochs=12))
    short = replace(config, run=tmp_path / "short", epochs=1, learning_rate=1e-4)
    loop.run(short)
    tuned = replace(short, run=tmp_path / "tuned", start_from=config.run)
    loop.run(tuned)
    assert losses(tuned.run)[0] < 0.8 * losses(short.run)[0]


def with_a_third(classes: ClassTable) -> ClassTable:
    table = classes.to_mapping()
    table["classes"].append({"id": 2, "name": "third", "color": [1, 1, 1]})
    return ClassTable.from_mapping(table)


def test_starts_from_a_run_with_other_classes(
    config: TrainingConfig, classes: ClassTable, tmp_path: Path
) -> None:
    loop.run(replace(config, epochs=1))
    more = replace(config, classes=with_a_third(classes), run=tmp_path / "more", epochs=1)
    loop.run(replace(more, start_from=config.run))
    load_trained(more.run, num_classes=3)


def test_starts_from_a_run_of_a_smaller_shape(config: TrainingConfig, tmp_path: Path) -> None:
    taught = loop.run(replace(config, epochs=12))
    deeper = replace(Shape(), stride_8=replace(Shape().stride_8, blocks=3))
    grown = replace(config, run=tmp_path / "grown", shape=deeper, start_from=config.run, epochs=1)
    scores = loop.run(replace(grown, learning_rate=1e-6))
    assert scores["mean_iou"] == pytest.approx(taught["mean_iou"], abs=0.05)


def test_the_log_is_json_where_a_class_is_neither_shown_nor_found(
    config: TrainingConfig, classes: ClassTable
) -> None:
    loop.run(replace(config, classes=with_a_third(classes), epochs=2))
    lines = (config.run / loop.LOG_FILE).read_text().splitlines()
    shares = [json.loads(line, parse_constant=pytest.fail)["per_class_iou"] for line in lines]
    assert len(shares) == 2
    assert None in shares[-1], "never found, or this tells nothing"


def test_learns_from_a_teacher_where_labels_are_silent(
    config: TrainingConfig, labelled_folder: Path, tmp_path: Path
) -> None:
    loop.run(replace(config, epochs=12))
    for path in (labelled_folder / "trainannot").iterdir():
        labels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert labels is not None
        labels[:, :70] = UNLABELLED
        cv2.imwrite(str(path), labels)
    alone = replace(config, run=tmp_path / "alone", epochs=12)
    pupil = replace(alone, run=tmp_path / "pupil", teacher=(config.run,))
    assert loop.run(pupil)["mean_iou"] > loop.run(alone)["mean_iou"] + 0.1


def test_refuses_a_teacher_of_other_classes(
    config: TrainingConfig, classes: ClassTable, tmp_path: Path
) -> None:
    loop.run(replace(config, epochs=1))
    pupil = replace(config, classes=with_a_third(classes), run=tmp_path / "pupil")
    with pytest.raises(DataError, match=r"run: was trained on other classes \(low, high\)"):
        loop.run(replace(pupil, teacher=(config.run,)))
    assert not pupil.run.exists(), "nothing half-written"


def test_refuses_a_folder_of_another_run(config: TrainingConfig) -> None:
    loop.run(replace(config, epochs=1))
    with pytest.raises(DataError, match=r"settings \(learning_rate is [\d.]+ there, now 0\.001\)"):
        loop.run(replace(config, epochs=1, learning_rate=1e-3))


def test_a_run_keeps_to_its_set_wherever_the_command_is_given(
    config: TrainingConfig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Another project's folder may hold another set by the same name."""
    near = replace(config, data=Path(config.data.name))
    monkeypatch.chdir(config.data.parent)
    near.save()
    check_settings(near)
    (tmp_path / "elsewhere" / near.data).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert TrainingConfig.load(config.run).data == config.data
    check_settings(config)
    with pytest.raises(DataError, match=r"other settings \(data is .* there, now .*elsewhere"):
        check_settings(near)


def test_a_run_without_later_settings_has_their_defaults(config: TrainingConfig) -> None:
    config.save()
    path = config.run / CONFIG_FILE
    values = yaml.safe_load(path.read_text())
    del values["max_rotation_deg"], values["shape"]
    path.write_text(yaml.safe_dump(values))
    assert TrainingConfig.load(config.run) == config
    path.write_text(yaml.safe_dump({**values, "colour": "blue"}))
    with pytest.raises(DataError, match=r"config\.yaml.*may hold only"):
        TrainingConfig.load(config.run)


LONGEST_LINE = 500
"""Of a refusal, paths and all: somebody reads it in a terminal."""


def test_refuses_a_checkpoint_of_another_architecture(config: TrainingConfig) -> None:
    config.run.mkdir()
    torch.save({"model": {"other.weight": torch.zeros(1)}}, config.run / BEST_FILE)
    with pytest.raises(DataError, match=r"best\.pt: holds another architecture.*too many: 1") as no:
        load_trained(config.run, num_classes=2)
    assert len(str(no.value)) < LONGEST_LINE
    torch.save([1, 2], config.run / BEST_FILE)
    with pytest.raises(
        DataError, match=r"best\.pt: is not a checkpoint of a training run but a list"
    ):
        load_trained(config.run, num_classes=2)
    (config.run / BEST_FILE).write_bytes(b"cut off")
    with pytest.raises(DataError, match=r"best\.pt: cannot be read.*damaged") as no:
        load_trained(config.run, num_classes=2)
    assert len(str(no.value)) < LONGEST_LINE


def test_refuses_to_go_on_from_what_is_no_state_of_training(config: TrainingConfig) -> None:
    loop.run(replace(config, epochs=1))
    shutil.copy(config.run / BEST_FILE, config.run / LAST_FILE)
    with pytest.raises(DataError, match=r"last\.pt: cannot be resumed, since it lacks.*average"):
        loop.run(replace(config, epochs=1))


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("network", 5),
        ("average", {"weight": {}}),
        ("optimizer", {}),
        ("epoch", "two"),
        ("best", 3),
        ("history", None),
    ],
)
def test_a_state_of_another_program_is_refused_in_a_line(
    config: TrainingConfig, part: str, content: object
) -> None:
    loop.run(replace(config, epochs=1))
    path = config.run / LAST_FILE
    state = torch.load(path, weights_only=True)
    torch.save({**state, part: content}, path)
    with pytest.raises(DataError, match=r"last\.pt: .*of another program"):
        loop.run(replace(config, epochs=1))


def remove_a_label(root: Path) -> None:
    next(iter(sorted((root / "valannot").iterdir()))).unlink()


def use_an_unknown_id(split: str) -> Callable[[Path], None]:
    def damage(root: Path) -> None:
        for file in sorted((root / f"{split}annot").iterdir())[-1:]:
            labels = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
            assert labels is not None
            cv2.imwrite(str(file), np.full(labels.shape[:2], 42, np.uint8))

    return damage


def label_nothing(root: Path) -> None:
    for file in (root / "valannot").iterdir():
        labels = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
        assert labels is not None
        cv2.imwrite(str(file), np.full(labels.shape[:2], 255, np.uint8))


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (remove_a_label, "val/.*has no label"),
        (use_an_unknown_id("train"), "trainannot/.*label id 42"),
        (use_an_unknown_id("val"), "valannot/.*label id 42"),
        (label_nothing, "valannot: no label shows any class"),
    ],
    ids=["no label", "unknown id in train", "unknown id in val", "nothing labelled"],
)
def test_unfit_data_is_refused_before_anything_is_written(
    config: TrainingConfig, tmp_path: Path, damage: Callable[[Path], None], reason: str
) -> None:
    data = tmp_path / "damaged"
    shutil.copytree(config.data, data)
    damage(data)
    with pytest.raises(DataError, match=reason):
        loop.run(replace(config, data=data))
    assert not config.run.exists()


def test_a_run_whose_paths_are_no_text_resumes(config: TrainingConfig, tmp_path: Path) -> None:
    data = tmp_path / os.fsdecode("café".encode("latin-1"))
    shutil.copytree(config.data, data)
    latin = replace(config, data=data, run=data / "run", epochs=1)
    best = loop.run(latin)
    assert TrainingConfig.load(latin.run) == latin
    assert loop.run(latin)["per_class_iou"] == best["per_class_iou"]
    assert len(recorded_descent(latin.run)) == 1


def test_unfit_weights_to_start_from_leave_no_folder(
    config: TrainingConfig, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=r"not a training run.*nowhere/config\.yaml is missing"):
        loop.run(replace(config, start_from=tmp_path / "nowhere"))
    assert not config.run.exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"input_size": (100, 64)}, "input_size must be multiples of 64"),
        ({"crop_size": (64, 0)}, "crop_size must be multiples of 64"),
        ({"input_size": (640_000, 64)}, "input_size must be multiples of 64 up to 4096"),
        ({"crop_size": (64, 64), "batch_size": 1}, "one crop of 64x64 at a time is too little"),
        ({"learning_rate": math.inf}, "learning_rate must be a finite number, got inf"),
        ({"distillation_weight": math.nan}, "distillation_weight must be a finite number"),
        ({"teacher_size": (96, 64)}, "teacher_size must be multiples of 64"),
        ({"class_weight_offset": 1.0}, "class_weight_offset must be above 1"),
        ({"seed": -1}, "seed must be from 0 to 4294967295, got -1"),
        ({"seed": 2**64}, "seed must be from 0 to 4294967295, got 18446744073709551616"),
        ({"ema_decay": 1.5}, "ema_decay must be between 0 and 1"),
        ({"jaccard_weight": -1.0}, "jaccard_weight must be 0 or more"),
        ({"mix_share": 1.5}, "mix_share must be between 0 and 1"),
        ({"distillation_weight": -1.0}, "distillation_weight must be 0 or more"),
        ({"min_zoom": 2.0}, "min_zoom and max_zoom must be .*, got 2.0 and 1.8"),
        ({"max_colour_shift": -0.1}, "max_colour_shift must be between 0 and 1"),
        ({"max_rotation_deg": 181.0}, "max_rotation_deg must be between 0 and 180"),
        ({"scene_share": 0.5}, "scene_share needs the classes that scenes are rendered with"),
    ],
)
def test_refuses_settings_that_cannot_work(
    config: TrainingConfig, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(DataError, match=reason):
        loop.run(replace(config, **changes))
    assert not config.run.exists(), "nothing half-written"


def test_a_run_from_before_a_setting_was_there_keeps_what_it_was_made_with(
    config: TrainingConfig,
) -> None:
    config.save()
    path = config.run / CONFIG_FILE
    values = yaml.safe_load(path.read_text())
    later = ("class_weight_offset", "jaccard_weight", "mix_share", "max_colour_shift")
    path.write_text(yaml.safe_dump({k: v for k, v in values.items() if k not in later}))
    found = TrainingConfig.load(config.run)
    assert [getattr(found, name) for name in later] == [1.1, 0.0, 0.0, 0.3]
