# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the labels of a set show, counted before hours are spent on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.labels import UNLABELLED
from attendseg_ros.pictures import shortened
from attendseg_ros.training.augmentation import PairSource
from attendseg_ros.training.dataset import LabelledSet


@dataclass(frozen=True)
class Survey:
    """Counts over a set.

    Attributes:
        counts: labelled pixels of each class, int64 (C,).
        unlabelled: positions of images without a single labelled pixel.
    """

    counts: NDArray[np.int64]
    unlabelled: tuple[int, ...]


def survey(source: PairSource, num_classes: int) -> Survey:
    """Reads every label of a set.

    Raises:
        DataError: a file of the set is unfit; the message names it.
    """
    counts = np.zeros(num_classes, dtype=np.int64)
    unlabelled = []
    for index in range(len(source)):
        found = np.bincount(source[index][1].ravel(), minlength=UNLABELLED + 1)[:num_classes]
        counts += found
        if not found.any():
            unlabelled.append(index)
    return Survey(counts, tuple(unlabelled))


def remarks(labelled: LabelledSet, unlabelled: Sequence[int]) -> list[str]:
    """What is to be said about a set that was read: files left out, how labels were understood.

    Args:
        labelled: the set.
        unlabelled: positions of its images without a labelled pixel.
    """
    lines = [f"left out {line}" for line in labelled.left_out]
    lines += labelled.decisions
    if unlabelled:
        names = shortened([labelled.images[index].name for index in unlabelled], 20)
        lines.append(f"all pixels are unlabelled in {len(unlabelled)} image(s): {names}")
    return lines


def missing_classes(counts: NDArray[np.int64], names: Sequence[str]) -> list[str]:
    """The classes without a labelled pixel."""
    return [name for name, count in zip(names, counts, strict=True) if not count]
