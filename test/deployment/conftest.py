# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A trained network and the bundles of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from support.labelled_set import CLASSES, write_labelled_set

from attendseg_ros.deployment.export import ExportConfig, ExportReport, export
from attendseg_ros.network.attendseg import AttendSeg
from attendseg_ros.training import loop
from attendseg_ros.training.checkpoint import load_trained
from attendseg_ros.training.config import TrainingConfig


@pytest.fixture(scope="session")
def training_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short but real training run."""
    # For a network of this size threads cost more than they bring, most of all on busy machines.
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("training")
    config = TrainingConfig(
        data=write_labelled_set(folder / "data"),
        classes=CLASSES,
        run=folder / "run",
        epochs=16,
        batch_size=4,
        ema_decay=0.5,
        input_size=(128, 64),
        crop_size=(64, 64),
        evaluate_every=4,
    )
    loop.run(config)
    return config.run


@pytest.fixture(scope="session")
def network(training_run: Path) -> AttendSeg:
    """The trained network."""
    return load_trained(training_run, len(CLASSES))


@pytest.fixture(scope="session", params=["int8", "fp32"])
def exported(
    request: pytest.FixtureRequest, training_run: Path, tmp_path_factory: pytest.TempPathFactory
) -> ExportReport:
    """The bundle of the training run, in each precision."""
    folder = tmp_path_factory.mktemp("bundles") / request.param
    return export(ExportConfig(run=training_run, bundle=folder, precision=request.param))
