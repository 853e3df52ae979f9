# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Export: the bundle says what the network said, in the precision asked for, or there is none."""

from __future__ import annotations

import shutil
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
import yaml
from numpy.typing import NDArray
from onnx import TensorProto

from attendseg_ros.deployment.check import BOUNDS, check_bundle, reference_logits
from attendseg_ros.deployment.export import ExportConfig, ExportReport, export
from attendseg_ros.errors import BundleError, DataError
from attendseg_ros.inference import Bundle, available_engines, create_engine, load_bundle
from attendseg_ros.network.attendseg import AttendSeg
from attendseg_ros.training.bundle_weights import network_of_bundle
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.dataset import LabelledSet


def val_images(training_run: Path) -> list[NDArray[np.uint8]]:
    training = TrainingConfig.load(training_run)
    labelled = LabelledSet(training.data, "val", training.classes)
    return [labelled[index][0] for index in range(len(labelled))]


@pytest.fixture
def bundle(exported: ExportReport) -> Bundle:
    return load_bundle(exported.bundle)


def test_the_graph_takes_camera_bytes_and_gives_logits(bundle: Bundle) -> None:
    model = onnx.load_from_string(bundle.model)
    (image,), (logits,) = model.graph.input, model.graph.output
    sides = [side.dim_param or side.dim_value for side in image.type.tensor_type.shape.dim]
    assert (image.name, sides) == ("image", [1, "height", "width", 3])
    assert image.type.tensor_type.elem_type == TensorProto.UINT8
    assert (logits.name, logits.type.tensor_type.elem_type) == ("logits", TensorProto.FLOAT)
    # What robots with an old ONNX Runtime read: standard operators of opset 17, IR version 8.
    assert [(o.domain, o.version) for o in model.opset_import] == [("", 17)]
    assert model.ir_version == 8


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino", "torch"])
def test_every_engine_says_what_the_network_says(
    engine: str, bundle: Bundle, network: AttendSeg, training_run: Path
) -> None:
    assert available_engines()[engine] is None
    images = val_images(training_run)
    normalised = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float()
    with torch.inference_mode():
        wanted = network((normalised - 128) / 64).numpy()
    runner = create_engine(engine, bundle, (128, 64), num_threads=1)
    found = np.stack([runner.infer(image).copy() for image in images])
    runner.close()
    bound = BOUNDS[bundle.precision]
    assert (found.argmax(axis=1) == wanted.argmax(axis=1)).mean() >= bound.pixels
    assert np.sqrt(np.square(found - wanted).mean()) <= bound.logits_error * wanted.std()


def test_works_at_other_sizes_than_its_own(
    bundle: Bundle, network: AttendSeg, training_run: Path
) -> None:
    # Like what it was calibrated on: of noise, 8 bits keep little that is the network's own.
    image = np.tile(val_images(training_run)[0], (4, 4, 1))[:192, :256]
    wanted = reference_logits(network, [image])[0]
    runner = create_engine("onnxruntime", bundle, (256, 192))
    found = runner.infer(image)
    runner.close()
    assert found.shape == wanted.shape == (3, 48, 64)
    assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.98


def test_the_report_and_model_yaml_tell_the_same_story(
    exported: ExportReport, bundle: Bundle
) -> None:
    scores = bundle.scores[bundle.precision]
    (before, float_bytes), (after, weight_bytes) = exported.before, exported.after
    assert after.mean_iou is not None
    assert before.mean_iou is not None
    assert scores["mean_iou"] == pytest.approx(after.mean_iou, abs=1e-4)
    assert abs(before.mean_iou - after.mean_iou) < 0.01
    assert after.images == bundle.scores["images"] == 8
    assert weight_bytes == bundle.counts.weight_bytes
    assert exported.file_bytes == len(bundle.model)
    # A parameter is 4 bytes as float; in 8 bits 1, with a scale and a wider bias for each channel.
    assert float_bytes == 4 * bundle.counts.parameters
    # The first one's kernel has some zeros more where it reads blocks of pixels.
    ratio = bundle.counts.weight_bytes / bundle.counts.parameters
    assert 4 <= ratio < 4.001 if bundle.precision == "fp32" else 1 < ratio < 1.1


def test_all_convolutions_run_in_the_precision_asked_for(
    exported: ExportReport, bundle: Bundle
) -> None:
    assert set(exported.eight_bit_convolutions) == {"onnxruntime", "openvino"}
    for count, total in exported.eight_bit_convolutions.values():
        assert total > 50
        assert count == (total if bundle.precision == "int8" else 0)


def test_the_model_card_names_what_a_user_must_know(bundle: Bundle) -> None:
    card = (bundle.path / "MODEL_CARD.md").read_text()
    for fact in (
        bundle.sha256,
        f"{bundle.counts.parameters:,}",
        "attendseg train --data data",
        "--seed 0",
        "IoU ball",
        "not stated",
    ):
        assert fact in card
    assert str(bundle.path.parent) not in card


def test_the_bundle_is_calibrated_on_what_was_held_out(bundle: Bundle) -> None:
    found, own = bundle.calibration, bundle.familiarity
    assert found is not None
    assert own is not None
    assert (found.held_out, found.seen_in_training) == ("val", False)
    assert found.images == own.images == bundle.scores["images"]
    assert own.training_images > 0
    assert "## Confidence" in (bundle.path / "MODEL_CARD.md").read_text()


@pytest.mark.parametrize("train_split", ["train", "val"])
def test_scores_of_what_was_trained_on_are_called_so(
    train_split: str, training_run: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(training_run, run)
    settings = yaml.safe_load((run / "config.yaml").read_text())
    (run / "config.yaml").write_text(yaml.safe_dump({**settings, "train_split": train_split}))
    report = export(ExportConfig(run=run, bundle=tmp_path / "b", precision="fp32"))
    trained_on = train_split == "val"
    assert load_bundle(report.bundle).scores["trained_on_split"] == trained_on
    card = (report.bundle / "MODEL_CARD.md").read_text()
    assert ("The network was trained on these images" in card) == trained_on


def test_others_may_read_the_bundle(bundle: Bundle) -> None:
    assert stat.S_IMODE(bundle.path.stat().st_mode) & 0o055 == 0o055


def test_the_same_run_gives_the_same_bundle(
    bundle: Bundle, training_run: Path, tmp_path: Path
) -> None:
    config = ExportConfig(run=training_run, bundle=tmp_path / "b", precision=bundle.precision)
    again = export(config)
    assert load_bundle(again.bundle).sha256 == bundle.sha256


def test_a_bundle_of_another_network_is_found_out(bundle: Bundle, network: AttendSeg) -> None:
    images = [np.random.default_rng(0).integers(0, 256, (64, 128, 3), dtype=np.uint8)]
    wrong = [-logits for logits in reference_logits(network, images)]
    with pytest.raises(BundleError, match=r"does not say what the network says: on onnxruntime"):
        check_bundle(bundle, images, wrong)


def test_a_bundle_that_fails_its_check_leaves_nothing_behind(
    training_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = replace(BOUNDS["int8"], logits_error=1e-9)
    monkeypatch.setitem(BOUNDS, "int8", strict)
    with pytest.raises(BundleError, match="logits are off"):
        export(ExportConfig(run=training_run, bundle=tmp_path / "bundle"))
    assert list(tmp_path.iterdir()) == []


def test_replaces_a_bundle_only_when_told_to(training_run: Path, tmp_path: Path) -> None:
    target = tmp_path / "bundle"
    target.mkdir()
    (target / "notes.txt").write_text("mine")
    config = ExportConfig(run=training_run, bundle=target, precision="fp32")
    with pytest.raises(BundleError, match="exists already: give another folder, or --force"):
        export(config)
    with pytest.raises(BundleError, match="is not a bundle, so it is not replaced"):
        export(replace(config, replace=True))
    (target / "model.yaml").write_text("an older bundle's")
    report = export(replace(config, replace=True))
    assert load_bundle(report.bundle).precision == "fp32"
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]
    assert (target / "notes.txt").read_text() == "mine"


def test_input_sizes_are_listed_with_the_runs_own(training_run: Path, tmp_path: Path) -> None:
    config = ExportConfig(
        run=training_run,
        bundle=tmp_path / "bundle",
        precision="fp32",
        input_sizes=((64, 64), (192, 128), (128, 64)),
    )
    export(config)
    assert load_bundle(config.bundle).input_sizes == ((192, 128), (128, 64), (64, 64))


@pytest.mark.parametrize("size", [(100, 64), (0, 64), (8192, 64)])
def test_refuses_input_sizes_that_the_network_cannot_take(
    training_run: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    with pytest.raises(DataError, match="takes multiples of 64 up to 4096 only"):
        export(ExportConfig(run=training_run, bundle=tmp_path / "bundle", input_sizes=(size,)))


def test_training_goes_on_from_what_was_exported(
    exported: ExportReport, network: AttendSeg
) -> None:
    """In 32 bits the very network; in 8 one that sees the same."""
    again = network_of_bundle(exported.bundle)
    images = torch.randn(2, 3, 64, 128, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        before, after = network(images), again(images)
    if load_bundle(exported.bundle).precision == "fp32":
        torch.testing.assert_close(after, before, atol=1e-4, rtol=1e-4)
    else:
        assert (after.argmax(1) == before.argmax(1)).float().mean() > 0.95


def test_refuses_what_is_no_training_run(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"config\.yaml"):
        export(ExportConfig(run=tmp_path, bundle=tmp_path / "bundle"))


def test_refuses_to_calibrate_on_nothing(training_run: Path, tmp_path: Path) -> None:
    target = tmp_path / "bundle"
    with pytest.raises(DataError, match="calibration images must be 1 or more, got 0"):
        export(ExportConfig(training_run, target, calibration_images=0))
    assert not target.exists()


def test_a_set_that_is_not_where_the_run_found_it_is_asked_for(
    training_run: Path, tmp_path: Path
) -> None:
    run = tmp_path / "moved"
    shutil.copytree(training_run, run)
    settings = yaml.safe_load((run / "config.yaml").read_text())
    (run / "config.yaml").write_text(yaml.safe_dump({**settings, "data": "gone"}))
    with pytest.raises(DataError, match=r"moved: was trained on gone, which .* --data DIR"):
        export(ExportConfig(run=run, bundle=tmp_path / "bundle"))


def test_refuses_a_set_that_went_away(training_run: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"elsewhere/\w+: no such folder"):
        export(
            ExportConfig(run=training_run, bundle=tmp_path / "bundle", data=tmp_path / "elsewhere")
        )
