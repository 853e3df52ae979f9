# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How far the short trainings of an exploration rank networks as whole trainings do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from attendseg_ros.documents import parse_json, read_small_file
from attendseg_ros.errors import DataError
from attendseg_ros.exploration.candidate import candidates_of
from attendseg_ros.exploration.search import SETTINGS_FILE
from attendseg_ros.exploration.study import read_study
from attendseg_ros.training.checkpoint import (
    BEST_FILE,
    LAST_FILE,
    load_checkpoint,
    number_in,
    read_number,
)
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
        DataError: a run is not finished, was not explored, was trained on other images than the
            first, or is judged on others than the exploration.
    """
    # One run under two names is one run.
    different = {run.resolve(): run for run in runs}.values()
    if len(different) < FEWEST:
        raise DataError(f"an order needs {FEWEST} runs or more, got {len(different)}")
    study = read_study(exploration)
    short = {(each.shape, each.input_size): each.mean_iou for each in candidates_of(study)}
    explored = _of_exploration(exploration)
    first: _Judged | None = None
    found = []
    for run in different:
        config = TrainingConfig.load(run)
        if (config.shape, config.input_size) not in short:
            width, height = config.input_size
            raise DataError(
                f"{run}: {exploration} has tried {len(short)} networks, but none of this run's "
                f"shape at {width}x{height}"
            )
        judged = _Judged(run, config, _images_of_whole(run, config))
        score = read_number(run / BEST_FILE, "mean_iou")
        for other in (explored, first):
            if other is not None:
                judged.check_compares(other)
        if first is not None:
            judged.check_trained_alike(first)
        first = first or judged
        found.append(Ranked(run, short[config.shape, config.input_size], score))
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


@dataclass(frozen=True)
class _Judged:
    """What the scores of a folder are of.

    Attributes:
        folder: of a run or of the exploration.
        config: of its trainings.
        images: what tells the images that it was trained on and scored on, by these words; empty
            where an earlier version noted nothing.
    """

    folder: Path
    config: TrainingConfig
    images: Mapping[str, str]

    def check_compares(self, other: _Judged) -> None:
        """Checks that both were scored on the same.

        Raises:
            DataError: they were not.
        """
        mine, others = (each.images.get("scored on") for each in (self, other))
        same_set = (
            mine == others
            if mine and others
            else self.config.data.resolve() == other.config.data.resolve()
        )
        if not same_set or _asked(self.config) != _asked(other.config):
            counts = f" ({mine}, not {others})" if mine and others and mine != others else ""
            raise DataError(
                f"{self.folder}: is judged on other images or classes than {other.folder}{counts}: "
                "their scores do not compare"
            )

    def check_trained_alike(self, other: _Judged) -> None:
        """Checks that both were trained on the same images.

        Raises:
            DataError: they were not.
        """
        mine, others = (each.images.get("trained on") for each in (self, other))
        if mine and others and mine != others:
            raise DataError(
                f"{self.folder}: was trained on other images than {other.folder} ({mine}, not "
                f"{others}): their order would be that of the sets and not of the networks"
            )


def _of_exploration(folder: Path) -> _Judged | None:
    """What the short trainings were judged on; None where the exploration does not tell."""
    path = folder / SETTINGS_FILE
    if not path.exists():
        return None
    there = parse_json(read_small_file(path), str(path))
    if not isinstance(there, dict) or not isinstance(there.get("training"), dict):
        return None
    config = TrainingConfig.from_mapping(there["training"], folder, path)
    return _Judged(folder, config, _images(there.get("set")))


def _images(noted: object) -> Mapping[str, str]:
    return noted if isinstance(noted, Mapping) else {}


def _asked(config: TrainingConfig) -> tuple[object, ...]:
    split = config.val_split if config.groups is None else config.train_split
    groups = None if config.groups is None else config.groups.to_plain()
    return config.classes.names, split, groups, config.hold_out


def _images_of_whole(run: Path, config: TrainingConfig) -> Mapping[str, str]:
    """What tells the images of a run.

    Raises:
        DataError: it has epochs left.
    """
    path = run / LAST_FILE
    last = load_checkpoint(path)
    done = number_in(last, "epoch", path)
    if done < config.epochs:
        raise DataError(f"{run}: has done {done:g} of {config.epochs} epochs: train it to its end")
    return _images(last.get("set"))
