# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A tiny labelled set in SegNet's layout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from attendseg_ros.labels import ClassTable
from attendseg_ros.training.config import TrainingConfig

CLASSES = ClassTable.from_mapping(
    {
        "classes": [
            {"id": 0, "name": "low", "color": [10, 20, 30]},
            {"id": 1, "name": "high", "color": [200, 150, 100]},
        ],
        "ignored_ids": [7],
    }
)


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sums in one order here and in started processes: the last digits depend on the threads."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def classes() -> ClassTable:
    return CLASSES


@pytest.fixture
def short(labelled_folder: Path, classes: ClassTable, tmp_path: Path) -> TrainingConfig:
    """A run of one epoch on the labelled set."""
    return TrainingConfig(
        data=labelled_folder,
        classes=classes,
        run=tmp_path / "run",
        epochs=1,
        batch_size=2,
        input_size=(128, 64),
        crop_size=(64, 64),
    )


@pytest.fixture
def labelled_folder(tmp_path: Path) -> Path:
    """Four images a split: a bright box on a dark ground, and an unlabelled top row."""
    root = tmp_path / "set"
    random = np.random.default_rng(0)
    for split in ("train", "val"):
        (root / split).mkdir(parents=True)
        (root / f"{split}annot").mkdir()
        for index in range(4):
            labels = np.zeros((60, 80), np.uint8)
            top, left = random.integers(10, 30, size=2)
            labels[top : top + 20, left : left + 30] = 1
            image = np.where(labels[..., None] == 1, 210, 40) + random.integers(
                -20, 20, (60, 80, 3)
            )
            labels[0] = 7
            cv2.imwrite(str(root / split / f"{index}.png"), image.astype(np.uint8))
            cv2.imwrite(str(root / f"{split}annot" / f"{index}.png"), labels)
    return root
