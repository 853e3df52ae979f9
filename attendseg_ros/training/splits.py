# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a run trains on and what it is scored on: two splits, or a set and groups held out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import DataError
from attendseg_ros.training.augmentation import PairSource
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.dataset import LabelledSet
from attendseg_ros.training.groups import find_groups
from attendseg_ros.training.survey import missing_classes, remarks, survey
from attendseg_ros.training.unlabelled import UnlabelledSet


@dataclass(frozen=True)
class Splits:
    """The images of a run.

    Attributes:
        train: trained on.
        val: scored on, all together.
        val_name: of the split or of the groups that are scored on.
        groups: the same by held-out group; empty where a split is scored on.
        notes: what is to be said about the choice, a line each.
        unlabelled: trained on without labels; None where nothing is.
    """

    train: LabelledSet
    val: LabelledSet
    val_name: str
    groups: Mapping[str, LabelledSet]
    notes: Sequence[str] = ()
    unlabelled: UnlabelledSet | None = None

    def fingerprint(self) -> dict[str, str]:
        """What tells whether all are still the same images and labels.

        Raises:
            OSError: a file is gone.
        """
        found = {"trained on": self.train.fingerprint(), "scored on": self.val.fingerprint()}
        if self.unlabelled is not None:
            found["trained on without labels"] = self.unlabelled.fingerprint()
        return found


def splits_of(config: TrainingConfig) -> Splits:
    """Lists the images of a run, those held out apart from those trained on.

    Raises:
        DataError: the set is unfit, its groups cannot be told, nothing is left to train on, or a
            picture is on both sides.
    """
    train = LabelledSet(config.data, config.train_split, config.classes)
    unlabelled = None
    if config.unlabelled_split is not None:
        unlabelled = UnlabelledSet(config.data, config.unlabelled_split)
    if config.groups is None:
        val = LabelledSet(config.data, config.val_split, config.classes)
        notes = _flattering(train, unlabelled, val, config.val_split)
        return Splits(train, val, config.val_split, {}, notes, unlabelled)
    groups = find_groups(config.groups, train.images)
    held_out = groups.chosen(config.hold_out)
    gap = groups.gap(config.gap)
    others, in_gap = groups.others(config.hold_out, gap)
    name = f"{', '.join(config.hold_out)} of {config.train_split}"
    if not others:
        raise DataError(
            f"{config.data}: nothing is left to train on with {name} held out and a gap of {gap} "
            f"images; the set has {len(train)} images in the groups {', '.join(groups.of)}"
        )
    positions = [position for group in held_out.values() for position in group]
    splits = Splits(
        train=train.subset(others),
        val=train.subset(positions),
        val_name=name,
        groups={group: train.subset(members) for group, members in held_out.items()},
        notes=[
            f"held out: {len(positions)} images of {name}; trained on: {len(others)}; in the gap "
            f"of {gap} on each side, used for neither: {in_gap}",
            *([groups.warning] if groups.warning else []),
        ],
        unlabelled=unlabelled,
    )
    _check_apart(splits)
    return splits


def _flattering(
    train: LabelledSet, unlabelled: UnlabelledSet | None, val: LabelledSet, name: str
) -> list[str]:
    """What is to be said of a split that is scored on and trained on as well."""
    notes = []
    for trained_on, how in ((train, ""), (unlabelled, " without labels")):
        shared = list(val.pictures_in(trained_on)) if trained_on is not None else []
        if shared:
            image, other = shared[0]
            where = "" if image == other else f", such as {image.name}, which is {other} too"
            notes.append(
                f"{len(shared)} of the {len(val)} images of '{name}' are trained on as well{how}"
                f"{where}: the score flatters the network"
            )
    return notes


def _check_apart(splits: Splits) -> None:
    """Checks that no picture is held out and trained on, under whatever name.

    Raises:
        DataError: one is.
    """
    for trained_on in (splits.train, splits.unlabelled):
        if trained_on is None:
            continue
        for image, other in splits.val.pictures_in(trained_on):
            raise DataError(
                f"{image}: is held out, but the same picture is trained on as {other}: keep one of "
                "the two"
            )


def check_labels(
    splits: Splits, train: PairSource, names: Sequence[str]
) -> tuple[NDArray[np.int64], list[str]]:
    """Reads every label of a run before hours are spent on it.

    Args:
        splits: of the run.
        train: the images trained on, or what keeps them once read.
        names: of the classes.

    Returns:
        The labelled pixels of each class trained on, int64 (C,), and what is to be said of the
        set, a line each.

    Raises:
        DataError: no pixel trained on or scored on has a class, or a file is unfit.
    """
    surveys = []
    for source, labelled, what in (
        (train, splits.train, "trained on"),
        (splits.val, splits.val, "scored on"),
    ):
        surveys.append(survey(source, len(names)))
        if not surveys[-1].counts.any():
            raise DataError(
                f"{labelled.label_folders[0]}: no label shows any class: all pixels are "
                f"unlabelled in what is {what}"
            )
    of_train, of_val = surveys
    notes = [*splits.notes, *remarks(splits.train, of_train.unlabelled)]
    if splits.unlabelled is not None:
        count = len(splits.unlabelled)
        notes.append(f"{count} images without labels are trained on by what the teacher says")
        notes += [f"left out {line}" for line in splits.unlabelled.left_out]
    # What is held out of a set lies in the folders of what is trained on.
    notes += [note for note in remarks(splits.val, of_val.unlabelled) if note not in notes]
    missing = missing_classes(of_train.counts, names)
    if missing:
        notes.append(
            f"no pixel of {', '.join(missing)} is trained on: the network cannot learn what it is "
            "never shown"
        )
    return of_train.counts, notes
