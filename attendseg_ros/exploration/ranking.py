# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How far the short trainings of an exploration rank networks as whole trainings do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from attendseg_ros.errors import DataError
from attendseg_ros.exploration.candidate import candidates_of
from attendseg_ros.exploration.study import read_study
from attendseg_ros.training.checkpoint import BEST_FILE, LAST_FILE, read_number
from attendseg_ros.training.config import TrainingConfig

FEWEST = 2


@dataclass(frozen=True)
class Ranked:
    """A network that was trained both ways.

    Attributes:
        run: of the whole training.
        short: mean IoU after the short training, 0..1.
        whole: mean IoU of the best epoch of the whole training, 0..1.
    """

    run: Path
    short: float
    whole: float


def ranked(exploration: Path, runs: Sequence[Path]) -> list[Ranked]:
    """Puts the scores of whole trainings beside those of the short ones, the best first.

    Args:
        exploration: folder of an exploration.
        runs: finished trainings of shapes and input sizes that were explored, judged alike.

    Raises:
        DataError: a run is not finished, was not explored, or is judged otherwise than the first.
    """
    # One run under two names is one run.
    different = {run.resolve(): run for run in runs}.values()
    if len(different) < FEWEST:
        raise DataError(f"an order needs {FEWEST} runs or more, got {len(different)}")
    study = read_study(exploration)
    short = {(each.shape, each.input_size): each.mean_iou for each in candidates_of(study)}
    configs = {run: TrainingConfig.load(run) for run in different}
    first = next(iter(configs))
    found = []
    for run, config in configs.items():
        if (config.shape, config.input_size) not in short:
            width, height = config.input_size
            raise DataError(
                f"{run}: {exploration} has tried {len(short)} networks, but none of this run's "
                f"shape at {width}x{height}"
            )
        if _judged_on(config) != _judged_on(configs[first]):
            raise DataError(
                f"{run}: is judged on other images or classes than {first}: their scores do not "
                "compare"
            )
        found.append(Ranked(run, short[config.shape, config.input_size], _score(run, config)))
    return sorted(found, key=lambda each: -each.whole)


def kendall(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Kendall's rank correlation, tau-b: 1 for the same order, -1 for the opposite one.

    After Kendall: The Treatment of Ties in Ranking Problems (Biometrika 1945).

    Args:
        first: scores.
        second: other scores of the same things.

    Returns:
        The correlation; None where all scores of one kind are equal.
    """
    one, other = (np.sign(np.subtract.outer(scores, scores)) for scores in (first, second))
    differing = float((one**2).sum() * (other**2).sum())
    return float((one * other).sum()) / differing**0.5 if differing > 0 else None


def _judged_on(config: TrainingConfig) -> tuple[object, ...]:
    split = config.val_split if config.groups is None else config.train_split
    groups = None if config.groups is None else config.groups.to_plain()
    return config.data.resolve(), config.classes.names, split, groups, config.hold_out


def _score(run: Path, config: TrainingConfig) -> float:
    done = read_number(run / LAST_FILE, "epoch")
    if done < config.epochs:
        raise DataError(f"{run}: has done {done:g} of {config.epochs} epochs: train it to its end")
    return read_number(run / BEST_FILE, "mean_iou")
