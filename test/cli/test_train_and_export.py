# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The way from a labelled set to a bundle: train, export, evaluate."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from support.labelled_set import CLASSES, write_labelled_set

from attendseg_ros.deployment.bundle_folder import CARD_FILE
from attendseg_ros.labels.classes import BUILT_IN
from attendseg_ros.network.shape import Shape
from attendseg_ros.stopping import CUT_OFF, IN_ORDER
from attendseg_ros.training.backbone import BackboneNetwork

Result = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A labelled set with its class file."""
    folder = tmp_path_factory.mktemp("field")
    write_labelled_set(folder / "set")
    (folder / "classes.yaml").write_text(yaml.safe_dump(CLASSES.to_mapping()))
    return folder


def options(data: Path, run: Path, epochs: int) -> list[object]:
    return [
        *("train", "--data", data / "set", "--classes", data / "classes.yaml", "-o", run),
        *("--epochs", epochs, "--batch-size", 4, "--ema-decay", 0.5, "--evaluate-every", 4),
        *("--input-size", 128, 64, "--crop-size", 64, 64),
    ]


@pytest.fixture(scope="module")
def trained(result_of: Result, data: Path) -> dict[str, Any]:
    """What `attendseg train` said."""
    return result_of(*options(data, data / "run", 16))


@pytest.fixture(scope="module")
def exported(result_of: Result, data: Path, trained: dict[str, Any]) -> dict[str, Any]:
    """What `attendseg export` said."""
    return result_of(
        *("export", trained["run"], "-o", data / "bundle", "--data-license", "own pictures")
    )


def test_a_network_begins_with_a_shipped_models_weights_and_shape(
    result_of: Result, data: Path
) -> None:
    run = data / "started"
    result_of(*options(data, run, 1), "--start-from", "indoor")
    written = yaml.safe_load((run / "config.yaml").read_text())
    assert written["shape"] == Shape.load("compact").to_mapping()
    assert written["start_from"] == "indoor"
    assert "DHCN_dataset" in [source["name"] for source in written["ancestry"][0]["data"]]


def test_train_tells_the_best_score_and_where_it_is(
    trained: dict[str, Any], result_of: Result, data: Path
) -> None:
    assert trained["mean_iou"] > 0.6
    assert trained["pixel_accuracy"] > 0.8
    assert set(trained["per_class_iou"]) == set(CLASSES.names)
    assert Path(trained["checkpoint"]).is_file()
    # A finished run has nothing left to do, and says the same.
    assert result_of(*options(data, data / "run", 16)) == trained


def test_export_tells_size_and_score_before_and_after(
    exported: dict[str, Any], trained: dict[str, Any]
) -> None:
    before, after = exported["before"], exported["after"]
    assert before["mean_iou"] == pytest.approx(trained["mean_iou"])
    assert after["mean_iou"] == pytest.approx(before["mean_iou"], abs=0.02)
    assert 3.5 < before["weight_bytes"] / after["weight_bytes"] < 4
    assert set(exported["agreement"]) == {"onnxruntime", "openvino", "torch"}
    for engine in ("onnxruntime", "openvino"):
        found = exported["eight_bit_convolutions"][engine]
        assert found["count"] == found["of"] > 50


def test_evaluate_gives_the_scores_that_export_promised(
    exported: dict[str, Any], result_of: Result, data: Path
) -> None:
    found = result_of(
        *("evaluate", exported["bundle"], "--data", data / "set", "--engine", "onnxruntime"),
        *("--precision", "int8"),
    )
    for key in ("mean_iou", "pixel_accuracy", "per_class_iou", "images"):
        assert found[key] == exported["after"][key]


def test_info_knows_the_terms(exported: dict[str, Any], result_of: Result) -> None:
    result = result_of("info", exported["bundle"])
    assert result["license"]["weights"] == "not stated"
    assert result["license"]["commercial_use"] is None
    (source,) = result["license"]["data"]
    assert (source["name"], source["license"]) == ("set", "own pictures")
    assert result["name"] == "bundle"


def test_a_bundle_for_tensorrt_says_so(
    trained: dict[str, Any], result_of: Result, attendseg: Any, data: Path
) -> None:
    bundle = data / "for_tensorrt"
    found = result_of("export", trained["run"], "-o", bundle, "--target", "tensorrt")
    assert found["target"] == "tensorrt"
    assert found["after"]["mean_iou"] == pytest.approx(found["before"]["mean_iou"], abs=0.02)
    assert result_of("info", bundle)["target"] == "tensorrt"
    assert re.search(r"made for +TensorRT\n", attendseg("info", bundle).stdout)


OWN = "{name: Field, license: CC BY 4.0, attribution: 'me, 2026', commercial_use: true}"
TOWN = "{name: Town, license: CC BY-NC 4.0, attribution: 'B. Driver', commercial_use: false}"


def test_commercial_use_is_claimed_only_where_the_descent_allows_it(
    trained: dict[str, Any], result_of: Result, refusal_of: Callable[..., str], data: Path
) -> None:
    own, town = data / "own.yaml", data / "town.yaml"
    own.write_text(OWN)
    town.write_text(TOWN)
    bundle = data / "claimed"
    export = ("export", trained["run"], "-o", bundle, "--weights-license", "CC BY 4.0")
    refusal = refusal_of(*export)
    assert refusal == (
        f"attendseg export: {trained['run']}: weights licence 'CC BY 4.0' claims commercial use, "
        "but run 'run' was trained on set, of which it is unknown whether it may be used "
        "commercially; tell what is unknown in terms.yaml in the set's folder"
    )
    assert "run 'run' was trained on Town, which is not" in refusal_of(*export, "--terms", town)
    assert not bundle.exists()
    told = result_of("info", result_of(*export, "--terms", own)["bundle"])["license"]
    assert (told["weights"], told["commercial_use"]) == ("CC BY 4.0", True)
    (source,) = told["data"]
    assert (source["name"], source["attribution"]) == ("Field", "me, 2026")
    assert "| Field | [CC BY 4.0](" in (bundle / CARD_FILE).read_text()
    # A pupil of a run that saw what is for non-commercial use stays so, whatever it sees itself.
    first = [*options(data, data / "of_town", 1), "--terms", town]
    result_of(*first)
    second = options(data, data / "of_both", 1)
    result_of(*second, "--start-from", data / "of_town", "--terms", own)
    (data / "of_town").rename(data / "away")
    refusal = refusal_of(
        *("export", data / "of_both", "-o", data / "both", "--commercial-use"),
        *("--weights-license", "to be agreed on"),
    )
    assert (
        "--commercial-use claims commercial use, but run 'of_town' was trained on Town" in refusal
    )
    result = result_of("info", result_of("export", data / "of_both", "-o", data / "both")["bundle"])
    assert result["license"]["commercial_use"] is False
    assert [each["name"] for each in result["license"]["data"]] == ["Field", "Town"]


def test_the_card_repeats_the_teachers_command_before_the_pupils(
    trained: dict[str, Any], result_of: Result, data: Path
) -> None:
    pupil = result_of(
        *options(data, data / "pupil", 1),
        *("--teacher", trained["run"], "--distillation-weight", 1.5, "--teacher-size", 128, 128),
    )
    bundle = Path(result_of("export", pupil["run"], "-o", data / "pupils_bundle")["bundle"])
    card = (bundle / CARD_FILE).read_text()
    commands = [line for line in card.splitlines() if line.startswith("attendseg train")]
    of_teacher, of_pupil = commands
    assert "--run run " in of_teacher
    assert "distillation" not in of_teacher
    assert "--teacher run --teacher-size 128 128 --distillation-weight 1.5" in of_pupil


def test_a_teacher_with_a_backbone_is_in_the_card(
    result_of: Result, refusal_of: Callable[..., str], data: Path
) -> None:
    weights = data / "efficientnet-lite0.pth"
    torch.save(BackboneNetwork(2).encoder.state_dict(), weights)
    teacher = result_of(*options(data, data / "backbone", 1), "--backbone", weights)
    assert teacher["teaches_only"]
    refusal = refusal_of("export", teacher["run"], "-o", data / "backbones_bundle")
    assert "it can teach (--teacher)" in refusal
    pupil = result_of(*options(data, data / "taught", 1), "--teacher", teacher["run"])
    assert not pupil["teaches_only"]
    bundle = Path(result_of("export", pupil["run"], "-o", data / "taught_bundle")["bundle"])
    card = (bundle / CARD_FILE).read_text()
    of_teacher, _ = (line for line in card.splitlines() if line.startswith("attendseg train"))
    assert "--backbone efficientnet-lite0.pth" in of_teacher
    assert "ImageNet, through EfficientNet-Lite0" in card


def test_export_does_not_replace_unasked(
    exported: dict[str, Any], trained: dict[str, Any], refusal_of: Callable[..., str]
) -> None:
    refusal = refusal_of("export", trained["run"], "-o", exported["bundle"])
    assert "exists already: give another folder, or --force" in refusal


def test_train_refuses_other_settings_for_a_run(
    trained: dict[str, Any], refusal_of: Callable[..., str], data: Path
) -> None:
    refusal = refusal_of(*options(data, Path(trained["run"]), 17))
    assert "config.yaml" in refusal
    assert "other settings" in refusal


def test_train_refuses_a_missing_class_file(refusal_of: Callable[..., str], tmp_path: Path) -> None:
    missing = tmp_path / "missing.yaml"
    refusal = refusal_of("train", "--data", tmp_path, "--classes", missing, "-o", tmp_path / "run")
    assert "missing.yaml" in refusal
    assert f"built-in table ({', '.join(BUILT_IN)})" in refusal


def test_ctrl_c_ends_training_cleanly(
    repository: Path, environment: dict[str, str], data: Path, tmp_path: Path
) -> None:
    arguments = [str(word) for word in options(data, tmp_path / "run", 500)]
    process = subprocess.Popen(
        [sys.executable, "-m", "attendseg_ros", *arguments],
        cwd=repository,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    log = tmp_path / "run" / "log.jsonl"
    deadline = time.monotonic() + 120
    while not log.is_file():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in messages
    # On a busy machine a step of the training takes longer than a stop may, and is cut off.
    *_, words, farewell = messages.splitlines()
    assert words == "the same command goes on from the last whole epoch"
    assert farewell in [f"attendseg train: {how}" for how in (IN_ORDER, CUT_OFF)]
    epochs = [json.loads(line)["epoch"] for line in log.read_text().splitlines()]
    assert epochs == list(range(1, len(epochs) + 1))
