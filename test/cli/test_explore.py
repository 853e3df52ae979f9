# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg explore`: the front as JSON, a shape that train takes, refusals in one line."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.labelled_set import CLASSES, write_labelled_set
from support.logged_process import LoggedProcess
from support.waiting import wait_until

from attendseg_ros.network.shape import Shape
from attendseg_ros.stopping import CUT_OFF, IN_ORDER

SIZES = ("--input-size", 128, 64, "--crop-size", 64, 64, "--batch-size", 4, "--epochs", 1)


@pytest.fixture
def labelled_folder(tmp_path: Path) -> Path:
    return write_labelled_set(tmp_path / "set", 4)


@pytest.fixture
def class_file(tmp_path: Path) -> Path:
    path = tmp_path / "classes.yaml"
    path.write_text(yaml.safe_dump(CLASSES.to_mapping()))
    return path


def test_the_pick_can_be_trained(
    result_of: Callable[..., dict[str, Any]],
    labelled_folder: Path,
    class_file: Path,
    tmp_path: Path,
) -> None:
    data = ("--data", labelled_folder, "--classes", class_file, *SIZES)
    limits = ("--target-latency-ms", 1000, "--max-parameters", 1_150_000, "--candidates", 1)
    found = result_of("explore", *data, *limits, "--engine", "onnxruntime", "-o", tmp_path / "run")
    assert found["tried"] == 1
    assert found["front"] == [found["pick"]]
    assert found["pick"]["parameters"] <= 1_150_000
    assert Shape.from_mapping(found["pick"]["shape"]) == Shape.load(found["shape"])
    trained = result_of("train", *data, "--shape", found["shape"], "-o", tmp_path / "trained")
    assert 0.0 <= trained["mean_iou"] <= 1.0


def test_a_target_of_0_is_refused(
    refusal_of: Callable[..., str], labelled_folder: Path, class_file: Path, tmp_path: Path
) -> None:
    words = ("--data", labelled_folder, "--classes", class_file, "-o", tmp_path / "run")
    assert "target_latency_ms" in refusal_of("explore", *words, "--target-latency-ms", 0)


def test_candidates_are_judged_by_groups_held_out(
    result_of: Callable[..., dict[str, Any]],
    refusal_of: Callable[..., str],
    labelled_folder: Path,
    class_file: Path,
    tmp_path: Path,
) -> None:
    for file in [*labelled_folder.glob("train*/*.png"), *labelled_folder.glob("val*/*.png")]:
        group = "seen" if file.parent.name.startswith("train") else "unseen"
        file.rename(file.with_name(f"{group}_{file.name}"))
    run = tmp_path / "run"
    data = ("--data", labelled_folder, "--classes", class_file, *SIZES, "-o", run)
    limits = ("--target-latency-ms", 1000, "--candidates", 1, "--engine", "onnxruntime")
    groups = ("--train-split", "train+val", "--groups", "prefix", "--hold-out")
    words = (*data, *limits, *groups)
    assert "no group 'unknown'" in refusal_of("explore", *words, "unknown")
    result_of("explore", *words, "unseen")
    (candidate,) = (run / "candidates").iterdir()
    of_run = yaml.safe_load((candidate / "config.yaml").read_text())
    assert (of_run["groups"], of_run["hold_out"]) == ("prefix", ["unseen"])


def test_a_stopped_exploration_says_how_it_goes_on(
    environment: dict[str, str], labelled_folder: Path, class_file: Path, tmp_path: Path
) -> None:
    data = ("--data", labelled_folder, "--classes", class_file, *SIZES[:-1], 500)
    limits = ("--target-latency-ms", 1000, "--candidates", 1, "--engine", "onnxruntime")
    words = ("explore", *data, *limits, "-o", tmp_path / "run")
    command = [sys.executable, "-m", "attendseg_ros", *map(str, words)]
    process = LoggedProcess(command, tmp_path / "log", environment)
    candidates = tmp_path / "run" / "candidates"
    wait_until(lambda: bool([*candidates.glob("*/last.pt")]), "the first epoch", 300.0)
    assert process.stop(signal.SIGTERM) == 130
    *_, told, farewell = process.log().splitlines()
    assert told == "the same command goes on with the candidate in training"
    assert farewell in [f"attendseg explore: {how}" for how in (IN_ORDER, CUT_OFF)]
