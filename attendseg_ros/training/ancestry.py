# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether what a run holds out was seen by the runs that it builds on."""

from __future__ import annotations

import filecmp
from collections.abc import Iterator, Sequence
from pathlib import Path

from attendseg_ros.errors import AttendSegError
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.origins import is_bundle
from attendseg_ros.training.splits import splits_of


def seen_before(config: TrainingConfig, held_out: Sequence[Path]) -> list[str]:
    """What makes the score on held-out images worth less, a line for each earlier run.

    Args:
        config: of the run; the runs that it builds on, and that they build on, are looked at.
        held_out: files of the images that the run is scored on.
    """
    lines = []
    for folder in dict.fromkeys(_earlier(config, ())):
        if is_bundle(folder):
            lines.append(
                f"whether {folder} was trained on what is held out is unknown: a bundle "
                "names its sets and not their images"
            )
            continue
        try:
            trained_on = splits_of(TrainingConfig.load(folder)).train.images
        except AttendSegError as error:
            lines.append(f"whether {folder} was trained on what is held out is unknown: {error}")
            continue
        of_name = {image.name: image for image in trained_on}
        seen = sum(
            image.name in of_name and filecmp.cmp(image, of_name[image.name], shallow=False)
            for image in held_out
        )
        if seen:
            lines.append(
                f"{seen} of the {len(held_out)} images held out were trained on by {folder}, which "
                "this run builds on: the score tells nothing of images that no training saw"
            )
    return lines


def _earlier(config: TrainingConfig, followed: tuple[Path, ...]) -> Iterator[Path]:
    for folder in config.builds_on:
        if folder in followed:
            continue
        yield folder
        try:
            earlier = TrainingConfig.load(folder)
        except AttendSegError:
            # Said where its images are asked for.
            continue
        yield from _earlier(earlier, (*followed, folder))
