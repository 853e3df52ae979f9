# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg rank`: what it tells, and a refusal in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attendseg_ros.cli import rank


def test_the_correlation_is_told_with_its_runs() -> None:
    run = {"run": "mine", "short_mean_iou": 0.4, "mean_iou": 0.75}
    text = rank.describe({"kendall_tau": 0.66667, "runs": [run, run]})
    assert "75.00 %" in text
    assert "40.00 %" in text
    assert "of 2 runs: 0.67" in text
    assert "none" in rank.describe({"kendall_tau": None, "runs": [run, run]})


def test_a_folder_without_an_exploration_is_refused(
    refusal_of: Callable[..., str], tmp_path: Path
) -> None:
    assert "study.journal" in refusal_of("rank", tmp_path, tmp_path / "a", tmp_path / "b")
