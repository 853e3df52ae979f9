# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Short trainings beside whole ones: how well they rank, and what does not compare."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from attendseg_ros.errors import DataError
from attendseg_ros.exploration.ranking import kendall, ranked
from attendseg_ros.exploration.search import Limits, explore
from attendseg_ros.labels import ClassTable
from attendseg_ros.network.shape import Shape
from attendseg_ros.training.checkpoint import load_checkpoint, save_checkpoint
from attendseg_ros.training.config import TrainingConfig


@pytest.fixture
def explored(training: TrainingConfig) -> TrainingConfig:
    explore(training, Limits(1000.0, 900_000), 2, "onnxruntime", 1)
    return training


@pytest.fixture
def runs(explored: TrainingConfig) -> list[Path]:
    """What was trained briefly is a run like any other: here the whole training is no longer."""
    return sorted((explored.run / "candidates").iterdir())


def test_scores_are_put_side_by_side(explored: TrainingConfig, runs: list[Path]) -> None:
    found = ranked(explored.run, runs)
    assert sorted(each.run for each in found) == runs
    assert all(each.short == each.whole for each in found)
    assert found[0].whole >= found[1].whole


def test_what_does_not_compare_is_refused(explored: TrainingConfig, runs: list[Path]) -> None:
    with pytest.raises(DataError, match="2 runs or more, got 1"):
        ranked(explored.run, [runs[0], runs[0]])
    with pytest.raises(DataError, match="2 runs or more, got 1"):
        ranked(explored.run, [runs[0], runs[1] / ".." / runs[0].name])
    with pytest.raises(DataError, match=r"holds no study\.journal"):
        ranked(runs[0], runs)
    unknown = replace(explored, run=explored.run / "unknown", shape=Shape.load("compact"))
    unknown.save()
    with pytest.raises(
        DataError, match=r"unknown: .* has tried 2 networks, but none of this run's"
    ):
        ranked(explored.run, [*runs, unknown.run])
    config = TrainingConfig.load(runs[0])
    replace(config, val_split="test").save()
    with pytest.raises(DataError, match="other images or classes"):
        ranked(explored.run, [runs[1], runs[0]])
    replace(config, classes=ClassTable.load("indoor")).save()
    with pytest.raises(DataError, match="other images or classes"):
        ranked(explored.run, runs)
    replace(config, epochs=7).save()
    with pytest.raises(DataError, match="has done 1 of 7 epochs"):
        ranked(explored.run, [runs[1], runs[0]])


@pytest.mark.parametrize("part", ["scored on", "trained on"])
def test_runs_of_another_set_under_the_same_name_are_refused(
    explored: TrainingConfig, runs: list[Path], part: str
) -> None:
    """As where images were added between two trainings: the folder is the same."""
    first, second = (run / "last.pt" for run in runs)
    state = load_checkpoint(second)
    save_checkpoint(second, {**state, "set": {**state["set"], part: "9 images (0123abcd)"}})
    words = "judged on other images" if part == "scored on" else "trained on other images"
    with pytest.raises(DataError, match=rf"{words}.* \(9 images \(0123abcd\), not 4 images"):
        ranked(explored.run, runs)
    # Both alike, but unlike the exploration's short trainings.
    both = load_checkpoint(first)
    save_checkpoint(first, {**both, "set": {**both["set"], part: "9 images (0123abcd)"}})
    if part == "trained on":
        assert len(ranked(explored.run, runs)) == 2
        return
    with pytest.raises(DataError, match=f"other images or classes than {explored.run} "):
        ranked(explored.run, runs)


def test_a_set_may_have_moved(explored: TrainingConfig, runs: list[Path]) -> None:
    config = TrainingConfig.load(runs[0])
    replace(config, data=explored.data.rename(explored.data.with_name("moved"))).save()
    assert len(ranked(explored.run, runs)) == 2


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([1, 2, 3, 4], [10, 20, 30, 40], 1.0),
        ([1, 2, 3, 4], [4, 3, 2, 1], -1.0),
        # Of six pairs five agree.
        ([1, 2, 3, 4], [1, 2, 4, 3], 4 / 6),
        # tau-b: (2 - 0) / sqrt(2 * 3), since one pair is tied.
        ([1, 1, 2], [1, 2, 3], 2 / 6**0.5),
        ([1, 1, 1], [1, 2, 3], None),
    ],
)
def test_the_correlation_is_kendalls(
    first: list[float], second: list[float], expected: float | None
) -> None:
    assert kendall(first, second) == (None if expected is None else pytest.approx(expected))
