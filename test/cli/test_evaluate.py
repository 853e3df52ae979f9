# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg evaluate` on a model whose answers are known."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from support.tiny_bundle import painted, write_tiny_bundle

from attendseg_ros.labels import ClassTable
from attendseg_ros.labels.camvid import CamVidClass

ROAD, CAR, SKY, VOID = CamVidClass.ROAD, CamVidClass.CAR, CamVidClass.SKY, 11


def write_pair(root: Path, name: str, shown: NDArray[np.uint8], truth: NDArray[np.uint8]) -> None:
    (root / "val").mkdir(parents=True, exist_ok=True)
    (root / "valannot").mkdir(exist_ok=True)
    cv2.imwrite(str(root / "val" / f"{name}.png"), painted(shown)[..., ::-1])
    cv2.imwrite(str(root / "valannot" / f"{name}.png"), truth)


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Two images: one all road, labelled so but for a void edge; one half car, all labelled sky."""
    root = tmp_path / "set"
    road = np.full((64, 128), ROAD, np.uint8)
    edged = road.copy()
    edged[:, :16] = VOID
    write_pair(root, "a", road, edged)
    half = road.copy()
    half[:, 64:] = CAR
    write_pair(root, "b", half, np.full((64, 128), SKY, np.uint8))
    return root


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_scores_are_those_counted_by_hand(
    engine: str, result_of: Callable[..., dict[str, Any]], tiny: Path, labelled: Path
) -> None:
    result = result_of("evaluate", tiny, "--data", labelled, "--split", "val", "--engine", engine)
    right, road_wrong, sky, car_wrong = 64 * 112, 64 * 64, 64 * 128, 64 * 64
    assert result["images"] == 2
    assert result["engine"] == engine
    assert result["precision"] == "int8"
    assert result["pixel_accuracy"] == pytest.approx(right / (right + sky))
    iou = result["per_class_iou"]
    assert iou.pop("road") == pytest.approx(right / (right + road_wrong))
    assert iou.pop("sky") == 0
    assert car_wrong > 0
    # No pixel of the truth is a car: those taken for one count against the sky alone.
    assert set(iou.values()) == {None}
    assert result["mean_iou"] == pytest.approx(right / (right + road_wrong) / 2)


def test_colours_are_as_good_as_ids(
    result_of: Callable[..., dict[str, Any]], tiny: Path, labelled: Path
) -> None:
    by_ids = result_of("evaluate", tiny, "--data", labelled, "--engine", "onnxruntime")
    for file in (labelled / "valannot").iterdir():
        ids = np.asarray(cv2.imread(str(file), cv2.IMREAD_UNCHANGED), np.uint8)
        # The palette has no colour for void: black.
        cv2.imwrite(str(file), painted(ids)[..., ::-1])
    by_colours = result_of("evaluate", tiny, "--data", labelled, "--engine", "onnxruntime")
    assert by_colours == by_ids


def test_scores_at_another_input_size(
    result_of: Callable[..., dict[str, Any]], tiny: Path, labelled: Path
) -> None:
    own = result_of("evaluate", tiny, "--data", labelled)
    small = result_of("evaluate", tiny, "--data", labelled, "--input-size", "64x64")
    assert (own["input_size"], small["input_size"]) == ([128, 64], [64, 64])


def test_refuses_an_input_size_that_the_network_cannot_take(
    attendseg: Any, tiny: Path, labelled: Path
) -> None:
    process = attendseg("evaluate", tiny, "--data", labelled, "--input-size", "100x64")
    assert process.returncode != 0
    assert "multiples of 64, got 100x64" in process.stderr


def test_prints_a_table_and_nothing_else(attendseg: Any, tiny: Path, labelled: Path) -> None:
    process = attendseg("evaluate", tiny, "--data", labelled)
    assert process.returncode == 0
    assert "mean IoU" in process.stdout
    assert process.stderr == ""


def test_shows_its_progress_on_a_terminal(tiny: Path, labelled: Path) -> None:
    ours, its = pty.openpty()
    # A terminal without a size shows nothing.
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
    os.set_blocking(ours, False)
    command = [sys.executable, "-m", "attendseg_ros", "evaluate", str(tiny), "--data"]
    with closing(os.fdopen(ours, "rb", buffering=0)) as screen:
        process = subprocess.run(
            [*command, str(labelled)], stdout=subprocess.PIPE, stderr=its, check=True, text=True
        )
        # Once its own end is closed, nothing can be read any more.
        shown = (screen.read(1 << 16) or b"").decode()
        os.close(its)
    assert "evaluating" in shown
    assert "evaluating" not in process.stdout


def label_of(root: Path) -> Path:
    return root / "valannot" / "b.png"


def remove_label(root: Path) -> None:
    label_of(root).unlink()


def use_an_unknown_id(root: Path) -> None:
    cv2.imwrite(str(label_of(root)), np.full((64, 128), 42, np.uint8))


def use_an_unknown_colour(root: Path) -> None:
    cv2.imwrite(str(label_of(root)), np.full((64, 128, 3), (3, 2, 1), np.uint8))


def change_the_size(root: Path) -> None:
    cv2.imwrite(str(label_of(root)), np.zeros((60, 128), np.uint8))


def break_the_file(root: Path) -> None:
    label_of(root).write_bytes(label_of(root).read_bytes()[:20])


def remove_all_images(root: Path) -> None:
    for file in (root / "val").iterdir():
        file.unlink()


def remove_the_folder(root: Path) -> None:
    (root / "val").rename(root / "elsewhere")


@pytest.mark.parametrize(
    ("damage", "names"),
    [
        (remove_label, ("val/b.png", "has no label", "valannot/b.png")),
        (use_an_unknown_id, ("valannot/b.png", "label id 42", "no class has")),
        (use_an_unknown_colour, ("valannot/b.png", "(1, 2, 3)", "no class has")),
        (change_the_size, ("valannot/b.png", "128x60", "128x64")),
        (break_the_file, ("valannot/b.png", "cannot be decoded")),
        (remove_all_images, ("set/val", "holds no image")),
        (remove_the_folder, ("set/val", "no such folder", "SegNet's layout")),
    ],
)
def test_refuses_an_unfit_set_by_file(
    damage: Callable[[Path], None],
    names: tuple[str, ...],
    refusal_of: Callable[..., str],
    tiny: Path,
    labelled: Path,
) -> None:
    damage(labelled)
    refusal = refusal_of("evaluate", tiny, "--data", labelled, "--engine", "onnxruntime")
    for name in names:
        assert name in refusal


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_an_8_bit_model_is_scored_in_32_bits_too(
    engine: str, result_of: Callable[..., dict[str, Any]], tiny: Path, labelled: Path
) -> None:
    command = ("evaluate", tiny, "--data", labelled, "--engine", engine)
    own, as_float = result_of(*command), result_of(*command, "--precision", "fp32")
    assert (own["precision"], as_float["precision"]) == ("int8", "fp32")
    # Painted classes are far apart: rounding moves no pixel.
    assert as_float["mean_iou"] == own["mean_iou"]
    assert result_of(*command, "--precision", "int8") == own


def test_refuses_8_bits_of_a_float_model(
    refusal_of: Callable[..., str], tmp_path: Path, labelled: Path
) -> None:
    model = write_tiny_bundle(tmp_path / "float", overrides={"precision": "fp32"})
    refusal = refusal_of("evaluate", model, "--data", labelled, "--precision", "int8")
    assert "an fp32 model" in refusal
    assert "attendseg export RUN -o BUNDLE --precision int8" in refusal


def test_files_left_out_and_images_without_a_label_are_named(
    attendseg: Any, result_of: Callable[..., dict[str, Any]], tiny: Path, labelled: Path
) -> None:
    (labelled / "val" / "notes.txt").write_text("x")
    (labelled / "val" / "._a.png").write_bytes(b"x")
    cv2.imwrite(str(label_of(labelled)), np.full((64, 128), VOID, np.uint8))
    command = ("evaluate", tiny, "--data", labelled, "--engine", "onnxruntime")
    assert result_of(*command)["notes"] == [
        "left out val/notes.txt: no picture by its name",
        "all pixels are unlabelled in 1 image(s): b.png",
    ]
    assert "note: left out val/notes.txt" in attendseg(*command).stderr


def test_a_bundle_takes_the_labels_that_its_training_took(
    result_of: Callable[..., dict[str, Any]], tmp_path: Path, labelled: Path
) -> None:
    drone = ClassTable.load("drone")
    model = write_tiny_bundle(tmp_path / "drone", classes=drone)
    colours = np.full((64, 128, 3), drone.classes[0].color, np.uint8)
    for name in ("a", "b"):
        cv2.imwrite(str(labelled / "val" / f"{name}.png"), colours[..., ::-1])
    colours[:10] = (255, 0, 0)  # "conflicting" in the data set, and ignored
    for name in ("a", "b"):
        cv2.imwrite(str(labelled / "valannot" / f"{name}.png"), colours[..., ::-1])
    result = result_of("evaluate", model, "--data", labelled, "--engine", "onnxruntime")
    assert result["pixel_accuracy"] == 1


def test_a_set_without_a_labelled_pixel_has_no_scores(
    attendseg: Callable[..., Any], tiny: Path, tmp_path: Path
) -> None:
    road = np.full((64, 128), ROAD, np.uint8)
    write_pair(tmp_path / "set", "a", road, np.full_like(road, VOID))
    process = attendseg("evaluate", tiny, "--data", tmp_path / "set", "--engine", "onnxruntime")
    assert process.returncode == 0, process.stderr
    rows = dict(line.split("  ", 1) for line in process.stdout.splitlines())
    scores = {name: rows[name].strip() for name in ("pixel accuracy", "calibration error")}
    assert scores == {"pixel accuracy": "none seen", "calibration error": "none seen"}
