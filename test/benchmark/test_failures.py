# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The pictures of failures show the images that went most wrong, and what was taken for what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from support.tiny_bundle import painted, write_tiny_bundle

from attendseg_ros.benchmark.failures import FailuresPlan, judge, measure_failures
from attendseg_ros.benchmark.tables import markdown
from attendseg_ros.errors import DataError
from attendseg_ros.labels import ClassTable
from attendseg_ros.labels.camvid import CamVidClass

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


def plan(folder: Path, model: Path | str, **changes: Any) -> FailuresPlan:
    settings = {
        "model": str(model),
        "engine": "onnxruntime",
        "threads": 1,
        "data": folder / "set",
        "split": "val",
        "pictures": folder / "out",
        "width": WIDTH,
    }
    return FailuresPlan(**{**settings, **changes})


def test_the_worst_come_first_with_image_truth_and_prediction(
    labelled: Path, tmp_path: Path
) -> None:
    model, out = write_tiny_bundle(tmp_path / "tiny"), tmp_path / "out"
    results = measure_failures(plan(labelled.parent, model, worst=2, apart=1))
    assert results["failures"] == [
        {"picture": "half.png", "image": "half", "accuracy": 0.5, "confused": ["car", "road"]},
        {"picture": "few.png", "image": "few", "accuracy": 0.9375, "confused": ["car", "road"]},
    ]
    assert "| half.png | 50.0% | car taken for road " in markdown(results)
    assert {path.name for path in out.iterdir()} == {"half.png", "few.png"}
    shown = cv2.imread(str(out / "half.png"))
    assert shown is not None
    assert shown.shape == (HEIGHT, 3 * WIDTH, 3)
    road, car = (ClassTable.load("camvid").palette()[c][::-1] for c in (ROAD, CAR))
    np.testing.assert_array_equal(shown[0, WIDTH], car)
    np.testing.assert_array_equal(shown[0, 2 * WIDTH - 1], road)
    np.testing.assert_array_equal(shown[0, 2 * WIDTH], road)


def test_neighbours_are_shown_once(labelled: Path, tmp_path: Path) -> None:
    measure_failures(plan(labelled.parent, write_tiny_bundle(tmp_path / "tiny"), apart=2))
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"half.png"}


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


def test_an_unfit_set_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        measure_failures(plan(tmp_path, write_tiny_bundle(tmp_path / "tiny")))
    assert {path.name for path in tmp_path.iterdir()} == {"tiny"}
