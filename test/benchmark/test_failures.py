# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The pictures of failures show the images that went most wrong, and what was taken for what."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from support.tiny_bundle import painted, write_tiny_bundle

from attendseg_ros.labels import ClassTable
from attendseg_ros.labels.camvid import CamVidClass
from benchmark.failures import judge

ROAD, CAR, SKY = CamVidClass.ROAD, CamVidClass.CAR, CamVidClass.SKY
WIDTH, HEIGHT = 240, 120


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Images of road; the label of "half" says car in one half, of "few" in a sixteenth."""
    for folder in ("val", "valannot"):
        (tmp_path / "set" / folder).mkdir(parents=True)
    shown = np.full((HEIGHT, WIDTH), ROAD, np.uint8)
    for name, columns in (("few", 15), ("half", 120), ("right", 0)):
        truth = shown.copy()
        truth[:, :columns] = CAR
        cv2.imwrite(str(tmp_path / "set" / "val" / f"{name}.png"), painted(shown)[..., ::-1])
        cv2.imwrite(str(tmp_path / "set" / "valannot" / f"{name}.png"), truth)
    return tmp_path / "set"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmark.failures", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=Path(__file__).parents[2],
    )


def test_the_worst_come_first_with_image_truth_and_prediction(
    labelled: Path, tmp_path: Path
) -> None:
    model, out = write_tiny_bundle(tmp_path / "tiny"), tmp_path / "out"
    process = run(
        model, "--data", labelled, "-o", out, "--worst", 2, "--width", WIDTH, "--apart", 1
    )
    assert process.returncode == 0, process.stderr
    rows = process.stdout.splitlines()[2:]
    assert rows == [
        "| half.png | 50.0% | car taken for road |",
        "| few.png | 93.8% | car taken for road |",
    ]
    assert {path.name for path in out.iterdir()} == {"half.png", "few.png"}
    shown = cv2.imread(str(out / "half.png"))
    assert shown is not None
    assert shown.shape == (HEIGHT, 3 * WIDTH, 3)
    road, car = (ClassTable.load("camvid").palette()[c][::-1] for c in (ROAD, CAR))
    np.testing.assert_array_equal(shown[0, WIDTH], car)
    np.testing.assert_array_equal(shown[0, 2 * WIDTH - 1], road)
    np.testing.assert_array_equal(shown[0, 2 * WIDTH], road)


def test_neighbours_are_shown_once(labelled: Path, tmp_path: Path) -> None:
    model, out = write_tiny_bundle(tmp_path / "tiny"), tmp_path / "out"
    assert run(model, "--data", labelled, "-o", out, "--apart", 2).returncode == 0
    assert {path.name for path in out.iterdir()} == {"half.png"}


def test_what_is_not_labelled_is_not_judged() -> None:
    classes = ClassTable.load("camvid")
    truth = np.full((4, 4), 255, np.uint8)
    said = np.full((4, 4), SKY, np.uint8)
    assert judge(0, "void", said, truth, classes) is None
    truth[0, 0] = SKY
    failure = judge(0, "one", said, truth, classes)
    assert failure is not None
    assert failure.accuracy == 1.0
    assert failure.confused is None


def test_an_unfit_set_is_refused_in_one_line(tmp_path: Path) -> None:
    process = run("street", "--data", tmp_path / "set", "-o", tmp_path / "out")
    assert process.returncode == 2
    assert "no such folder" in process.stderr
    assert "Traceback" not in process.stderr
    assert not (tmp_path / "out").exists()
