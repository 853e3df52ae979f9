# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Groups held out of training and scored on, through the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.labelled_set import CLASSES, write_labelled_set

from attendseg_ros.deployment.bundle_folder import CARD_FILE
from attendseg_ros.inference.bundle import DESCRIPTION_FILE

Result = Callable[..., dict[str, Any]]
Refusal = Callable[..., str]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set with its class file; the first half of each split is of "a", the others of "b"."""
    folder = tmp_path_factory.mktemp("field")
    root = write_labelled_set(folder / "set", images=4)
    for file in [*root.glob("train*/*.png"), *root.glob("val*/*.png")]:
        group = "a" if int(file.stem) < 2 else "b"
        file.rename(file.with_name(f"{group}_{file.parent.name[0]}{file.stem}.png"))
    (folder / "classes.yaml").write_text(yaml.safe_dump(CLASSES.to_mapping()))
    return folder


def options(data: Path, run: Path, *more: object) -> list[object]:
    return [
        *("train", "--data", data / "set", "--classes", data / "classes.yaml", "-o", run),
        *("--train-split", "train+val", "--epochs", 1, "--batch-size", 2, "--shape", "small"),
        *("--input-size", 128, 64, "--crop-size", 64, 64, *more),
    ]


def test_a_group_is_held_out_scored_on_and_kept_from_calibration(
    result_of: Result, refusal_of: Refusal, data: Path
) -> None:
    run = data / "held_out"
    trained = result_of(*options(data, run, "--groups", "prefix", "--hold-out", "b"))
    assert trained["groups"].keys() == {"b"}
    assert trained["groups"]["b"]["images"] == 4
    assert trained["mean_iou"] == trained["groups"]["b"]["mean_iou"]
    assert trained["notes"][0].startswith("held out: 4 images of b of train+val; trained on: 4;")
    refusal = refusal_of(*options(data, run, "--groups", "prefix", "--hold-out", "a"))
    assert "run of other settings (hold_out is ['b'] there, now ['a'])" in refusal.splitlines()[-1]

    bundle = Path(result_of("export", run, "-o", data / "bundle")["bundle"])
    scores = yaml.safe_load((bundle / DESCRIPTION_FILE).read_text())["scores"]
    assert (scores["split"], scores["images"]) == ("b of train+val", 4)
    assert scores["trained_on_split"] is False
    card = (bundle / CARD_FILE).read_text()
    assert "--groups prefix --hold-out b" in card
    assert "from 4 images of the training split" in card
    found = result_of(
        *("evaluate", bundle, "--data", data / "set", "--split", "train+val"),
        *("--groups", "prefix", "--hold-out", "b", "--engine", "onnxruntime"),
    )
    assert found["mean_iou"] == pytest.approx(scores["int8"]["mean_iou"], abs=1e-4)


def test_every_group_is_held_out_in_turn(result_of: Result, data: Path) -> None:
    run = data / "each"
    command = options(data, run, "--groups", "prefix", "--hold-out", "each")
    found = result_of(*command)
    assert list(found["groups"]) == ["a", "b"]
    mean = sum(group["mean_iou"] for group in found["groups"].values()) / 2
    assert found["mean_over_groups"]["mean_iou"] == pytest.approx(mean)
    assert {folder.name for folder in run.iterdir()} == {"a", "b"}
    assert result_of(*command) == found


def test_evaluate_scores_each_group_and_their_mean(
    result_of: Result, attendseg: Any, tiny: Path, data: Path
) -> None:
    camvid = data / "camvid"
    for folder in ("val", "valannot"):
        (camvid / folder).mkdir(parents=True)
        for file in (data / "set" / folder).iterdir():
            (camvid / folder / file.name).write_bytes(file.read_bytes())
    command = ("evaluate", tiny, "--data", camvid, "--engine", "onnxruntime")
    by_group = result_of(*command, "--groups", "prefix")
    assert [group["images"] for group in by_group["groups"].values()] == [2, 2]
    one = result_of(*command, "--groups", "blocks:2", "--hold-out", "2")
    assert list(one["groups"]) == ["2"]
    assert one["groups"]["2"] == by_group["groups"]["b"]
    assert "bicyclist" in by_group["groups"]["a"]["classes_without_pixels"]
    plain = result_of(*command)
    assert "groups" not in plain
    assert plain["pixel_accuracy"] == by_group["pixel_accuracy"]
    told = attendseg(*command, "--groups", "prefix").stdout
    assert "group a" in told
    assert "mean over groups" in told


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (["--hold-out", "a"], "its groups are unknown: no file"),
        (["--groups", "prefix"], "hold_out names groups and groups says which images"),
        (["--groups", "prefix", "--hold-out", "c"], "no group 'c': the groups are a, b"),
        (["--groups", "prefix", "--hold-out", "a", "b"], "nothing is left to train on"),
        (["--groups", "blocks:2", "--hold-out", "1", "--gap", "9"], "nothing is left to train on"),
        (["--gap", "2"], "gap is a number of images beside what is held out"),
        (["--groups", "blocks:99", "--hold-out", "1"], "99 blocks of 8 images"),
    ],
)
def test_refuses_groups_that_tell_nothing(
    refusal_of: Refusal, data: Path, tmp_path: Path, more: list[object], reason: str
) -> None:
    assert reason in refusal_of(*options(data, tmp_path / "run", *more))
    assert not (tmp_path / "run").exists()


def test_refuses_a_picture_on_both_sides(refusal_of: Refusal, data: Path, tmp_path: Path) -> None:
    root = write_labelled_set(tmp_path / "set", images=2)
    for folder in ("train", "trainannot"):
        for name in ("0", "1"):
            (root / folder / f"{name}.png").rename(root / folder / f"a_{name}.png")
        (root / folder / "b_7.png").write_bytes((root / folder / "a_0.png").read_bytes())
    refusal = refusal_of(
        *("train", "--data", root, "--classes", data / "classes.yaml", "-o", tmp_path / "run"),
        *("--groups", "prefix", "--hold-out", "b"),
    )
    assert "b_7.png: is held out, but the same picture is trained on as" in refusal
