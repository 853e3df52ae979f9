# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg calibrate` on a model whose answers are known, of a set where it is too sure."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml
from support.full_disk import full_disk
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.inference import create_engine, load_bundle
from attendseg_ros.labels import ClassTable
from attendseg_ros.locks import held_alone

DOUBT = 4.0
"""The temperature at which the tiny bundle's confidence is right about the set."""

Results = Callable[..., dict[str, Any]]


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Blocks of all colours, labelled by chance: by the softmax of the logits over `DOUBT`."""
    root = tmp_path / "set"
    random = np.random.default_rng(0)
    bundle = load_bundle(write_tiny_bundle(tmp_path / "teacher"))
    engine = create_engine("onnxruntime", bundle, bundle.input_size, 1)
    for split, count in (("train", 6), ("val", 8)):
        for folder in (split, f"{split}annot"):
            (root / folder).mkdir(parents=True)
        for index in range(count):
            blocks = random.integers(0, 256, (4, 8, 3)).astype(np.uint8)
            image = blocks.repeat(16, axis=0).repeat(16, axis=1)
            logits = engine.infer(image).astype(np.float64) / DOUBT
            powers = np.exp(logits - logits.max(axis=0))
            edges = np.cumsum(powers / powers.sum(axis=0), axis=0)
            cells = (random.random(edges.shape[1:]) > edges).sum(axis=0).clip(max=10)
            truth = cells.astype(np.uint8).repeat(4, axis=0).repeat(4, axis=1)
            cv2.imwrite(str(root / split / f"{index}.png"), image[..., ::-1])
            cv2.imwrite(str(root / f"{split}annot" / f"{index}.png"), truth)
    engine.close()
    return root


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A bundle of our own, whose files may be written."""
    return write_tiny_bundle(tmp_path / "own")


def test_the_confidence_then_means_what_it_says(
    result_of: Results, model: Path, labelled: Path
) -> None:
    before = load_bundle(model)
    plain = result_of("evaluate", model, "--data", labelled, "--engine", "onnxruntime")
    result = result_of("calibrate", model, "--data", labelled)
    found = result["calibration"]
    assert plain["temperature"] == 1
    assert plain["calibration_error"] == pytest.approx(found["ece_before"], abs=1e-4)
    assert found["temperature"] == pytest.approx(DOUBT, rel=0.15)
    assert found["ece_before"] > 0.1
    assert found["ece_after"] < found["ece_before"] / 2
    assert (found["images"], found["bins"], found["held_out"]) == (8, 15, "val")
    assert found["seen_in_training"] is False

    bundle = load_bundle(model)
    assert bundle.temperature == found["temperature"]
    assert bundle.sha256 == before.sha256
    assert bundle.classes == before.classes
    scored = result_of("evaluate", model, "--data", labelled, "--engine", "onnxruntime")
    assert scored["calibration_error"] < plain["calibration_error"] / 2
    assert scored["mean_iou"] == plain["mean_iou"]
    assert result_of("info", model)["calibration"] == found


def test_the_models_own_images_are_told_from_others(
    result_of: Results, attendseg: Any, model: Path, labelled: Path
) -> None:
    found = result_of("calibrate", model, "--data", labelled, "--false-alarms", "0.1")
    own = found["familiarity"]
    assert (own["images"], own["training_images"]) == (8, 6)
    assert 0 <= own["false_alarms"] <= 0.13
    (known,) = own["ranges"]
    assert known["input_size"] == [128, 64]
    assert known["least"] < known["typical"]
    assert result_of("info", model)["familiarity"] == own
    assert "count as foreign" in attendseg("info", model).stdout


def test_again_it_takes_the_place_of_what_was_found_before(
    result_of: Results, model: Path, labelled: Path
) -> None:
    first = result_of("calibrate", model, "--data", labelled)
    card, description = model / "MODEL_CARD.md", model / "model.yaml"
    text, stored = card.read_text(), description.read_text()
    assert result_of("calibrate", model, "--data", labelled) == first
    assert (card.read_text(), description.read_text()) == (text, stored)
    assert text.count("## Confidence") == 1
    # Other sections stay as they are, the class table last.
    assert list(yaml.safe_load(stored))[-2:] == ["classes", "ignored_ids"]


def test_a_model_that_saw_the_images_takes_the_temperature_of_one_that_did_not(
    result_of: Results, model: Path, labelled: Path, tmp_path: Path
) -> None:
    sister = write_tiny_bundle(tmp_path / "sister", overrides={"name": "sister"})
    fitted = result_of("calibrate", sister, "--data", labelled)["calibration"]
    result = result_of(
        "calibrate", model, "--data", labelled, "--train-split", "val", "--temperature-of", sister
    )
    assert result["calibration"] == {**fitted, "temperature_of": "sister"}
    assert "the training saw the images of 'val'" in result["notes"][0]


def test_images_that_all_look_alike_leave_no_range(
    result_of: Results, model: Path, labelled: Path
) -> None:
    for file in (labelled / "val").iterdir():
        file.write_bytes((labelled / "val" / "0.png").read_bytes())
    result = result_of("calibrate", model, "--data", labelled, "--train-split", "")
    assert result["familiarity"] is None
    assert any("look alike" in note for note in result["notes"])
    assert "familiarity" not in yaml.safe_load((model / "model.yaml").read_text())


def test_what_cannot_be_calibrated_is_said_and_nothing_is_written(
    refusal_of: Callable[..., str], model: Path, labelled: Path, tmp_path: Path
) -> None:
    stored = (model / "model.yaml").read_text()
    sister = write_tiny_bundle(tmp_path / "sister")
    command = ("calibrate", model, "--data", labelled)
    assert "is not calibrated" in refusal_of(*command, "--temperature-of", sister)
    stranger = write_tiny_bundle(tmp_path / "stranger", classes=ClassTable.load("indoor"))
    assert "knows other classes (floor," in refusal_of(*command, "--temperature-of", stranger)
    assert "no such folder" in refusal_of(*command, "--split", "test")
    for file in [*(labelled / "val").iterdir()][1:]:
        file.unlink()
    for file in [*(labelled / "valannot").iterdir()]:
        if not (labelled / "val" / file.name).exists():
            file.unlink()
    assert "takes 2 or more" in refusal_of(*command)
    assert (model / "model.yaml").read_text() == stored


def test_a_card_that_is_no_text_leaves_everything_as_it_is(
    refusal_of: Callable[..., str], model: Path, labelled: Path
) -> None:
    stored = (model / "model.yaml").read_bytes()
    (model / "MODEL_CARD.md").write_bytes("# Modèle\n".encode("latin-1"))
    said = refusal_of("calibrate", model, "--data", labelled)
    assert "MODEL_CARD.md: is not UTF-8" in said
    assert (model / "model.yaml").read_bytes() == stored


def test_a_full_disk_leaves_model_yaml_and_card_that_say_the_same(
    refusal_of: Callable[..., str], model: Path, labelled: Path
) -> None:
    """The card does not fit any more where model.yaml still does."""
    card, description = model / "MODEL_CARD.md", model / "model.yaml"
    card.write_text("# Own\n" + "A long story.\n" * 10_000)
    before = {path.name: path.read_bytes() for path in model.iterdir()}
    with full_disk(2 * description.stat().st_size):
        said = refusal_of("calibrate", model, "--data", labelled)
    assert "MODEL_CARD.md: File too large" in said
    assert {path.name: path.read_bytes() for path in model.iterdir()} == before


def test_a_bundle_that_cannot_be_written_to_is_said_before_the_work(
    model: Path, tmp_path: Path
) -> None:
    """Before the set is read, too: this one is not there."""
    # Root may write anywhere, unless it gives that up.
    gives_up = "-dac_override,-dac_read_search"
    rootless = ["setpriv", f"--bounding-set={gives_up}", f"--inh-caps={gives_up}"]
    if os.geteuid() == 0 and shutil.which(rootless[0]) is None:
        pytest.skip("root without setpriv may write anywhere")
    model.chmod(0o555)
    command = [sys.executable, "-m", "attendseg_ros", "calibrate", str(model), "--data"]
    process = subprocess.run(
        [*(rootless if os.geteuid() == 0 else ()), *command, str(tmp_path / "nowhere")],
        capture_output=True,
        text=True,
        check=False,
    )
    model.chmod(0o755)
    (line,) = process.stderr.splitlines()
    assert line.endswith("own: cannot be written to: Permission denied; calibrate a copy of it")
    assert process.returncode == 2


def test_one_run_at_a_time_calibrates_a_bundle(
    refusal_of: Callable[..., str], model: Path, labelled: Path
) -> None:
    """The card of one beside the model.yaml of the other would be the model's of nobody."""
    with held_alone(model):
        said = refusal_of("calibrate", model, "--data", labelled)
    assert "own: another run is writing to it" in said


def test_a_model_found_by_name_is_not_changed(
    refusal_of: Callable[..., str], model: Path, labelled: Path
) -> None:
    """A folder of the name is not meant, and the installed one is everybody's."""
    path = load_bundle("street").path
    # Of a split that is not there: nothing is written, whatever happens.
    for name in ("street", "pkg://attendseg_ros/street"):
        said = refusal_of("calibrate", name, "--data", labelled, "--split", "nowhere")
        assert f"cp -rL {path} ./street" in said
    said = refusal_of("calibrate", model, "--data", labelled, "--temperature-of", f"{model}/")
    assert "is the model itself" in said
