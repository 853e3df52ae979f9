# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a teacher says, and what it costs to disagree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from attendseg_ros.errors import DataError
from attendseg_ros.inference import load_bundle
from attendseg_ros.network.shape import Shape
from attendseg_ros.training import loop
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.distillation import Teacher, distillation_loss


@pytest.fixture
def taught(short: TrainingConfig, tmp_path: Path) -> TrainingConfig:
    """A finished run of another shape."""
    config = replace(short, run=tmp_path / "taught", shape=Shape.load("small"))
    loop.run(config)
    return config


def test_a_teacher_of_any_shape_gives_probabilities(taught: TrainingConfig) -> None:
    teacher = Teacher(replace(taught, shape=Shape(), teacher=(taught.run,)))
    images = torch.rand(2, 3, 64, 128)
    probabilities = teacher(images)
    assert probabilities.shape == (2, 2, 16, 32)
    assert not probabilities.requires_grad
    torch.testing.assert_close(probabilities.sum(dim=1), torch.ones(2, 16, 32))
    # A teacher in training mode would judge an image by its company.
    torch.testing.assert_close(teacher(images[:1]), probabilities[:1], atol=0.02, rtol=0.0)


def test_a_teacher_that_sees_more_pixels_speaks_of_the_pupils(taught: TrainingConfig) -> None:
    images = torch.rand(2, 3, 64, 128)
    larger = Teacher(replace(taught, teacher_size=(192, 128), teacher=(taught.run,)))(images)
    assert larger.shape == (2, 2, 32, 48)
    # A pupil of any grid is told the mean of what lies in each of its cells.
    for size in ((16, 32), (8, 16)):
        mean = functional.interpolate(larger, size=size, mode="area")
        assert distillation_loss(mean.log(), larger).item() == pytest.approx(0.0, abs=1e-5)


def test_several_teachers_speak_as_one(taught: TrainingConfig, tmp_path: Path) -> None:
    coarse = replace(taught, run=tmp_path / "coarse", shape=replace(taught.shape, head=0))
    loop.run(coarse)
    images = torch.rand(2, 3, 64, 128)
    together = Teacher(replace(taught, teacher=(taught.run, coarse.run)))(images)
    fine, rough = (
        Teacher(replace(taught, teacher=(run,)))(images) for run in (taught.run, coarse.run)
    )
    assert rough.shape == (2, 2, 8, 16)
    finer = functional.interpolate(rough, size=(16, 32), mode="bilinear")
    torch.testing.assert_close(together, (fine + finer) / 2)


def test_a_teacher_named_twice_is_refused(
    short: TrainingConfig, taught: TrainingConfig, tmp_path: Path
) -> None:
    """By whatever name: the mean would count its word twice."""
    link = tmp_path / "link"
    link.symlink_to(taught.run)
    street = load_bundle("street").path
    for first, second in (
        (taught.run, taught.run),
        (taught.run, tmp_path / "set" / ".." / "taught"),
        (link, taught.run),
        (Path("street"), street),
    ):
        with pytest.raises(DataError, match=f"{second}: is named twice as a teacher"):
            loop.run(replace(short, teacher=(first, second)))
    assert not short.run.exists()


def test_a_size_for_teachers_without_one_is_refused(short: TrainingConfig) -> None:
    with pytest.raises(DataError, match="got 128x64 and no teacher"):
        loop.run(replace(short, teacher_size=(128, 64)))


def test_a_folder_without_a_run_is_refused(taught: TrainingConfig, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere"):
        Teacher(replace(taught, teacher=(tmp_path / "nowhere",)))


def test_agreeing_costs_nothing_and_disagreeing_does() -> None:
    logits = torch.tensor([2.0, -1.0, 0.5])[None, :, None, None].expand(1, 3, 4, 4)
    probabilities = logits.softmax(dim=1)
    assert distillation_loss(logits, probabilities).item() == pytest.approx(0.0, abs=1e-6)
    assert distillation_loss(-logits, probabilities).item() > 1.0


def test_the_loss_is_the_divergence() -> None:
    teacher = torch.tensor([0.75, 0.25])[None, :, None, None]
    even = torch.zeros(1, 2, 1, 1)
    expected = 0.75 * torch.log(torch.tensor(1.5)) + 0.25 * torch.log(torch.tensor(0.5))
    assert distillation_loss(even, teacher).item() == pytest.approx(expected.item())
