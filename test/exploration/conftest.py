# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How candidates are trained here: briefly, on a few small pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from support.labelled_set import CLASSES, HEIGHT, WIDTH, write_labelled_set

from attendseg_ros.training.config import TrainingConfig


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Networks this small lose by more threads than one, here and in started processes."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def training(tmp_path: Path) -> TrainingConfig:
    return TrainingConfig(
        data=write_labelled_set(tmp_path / "set", 4),
        classes=CLASSES,
        run=tmp_path / "exploration",
        epochs=1,
        batch_size=4,
        input_size=(WIDTH, HEIGHT),
        crop_size=(64, 64),
        evaluate_every=1,
    )
