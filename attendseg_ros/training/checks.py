# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a run refuses before it trains: unfit settings, another run's folder, an unfit set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from attendseg_ros.errors import DataError
from attendseg_ros.inference.engines import LARGEST_SIDE
from attendseg_ros.network.attendseg import SIZE_MULTIPLE
from attendseg_ros.training.changed_settings import differences
from attendseg_ros.training.checkpoint import BEST_FILE, LAST_FILE
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.origins import CONFIG_FILE, is_bundle, read_bundle
from attendseg_ros.training.samples import InMemory
from attendseg_ros.training.scenes import training_scenes
from attendseg_ros.training.splits import check_labels, splits_of


def check_run(config: TrainingConfig) -> None:
    """Checks all that `training.loop.run` would refuse of the settings and the set.

    Raises:
        DataError: as that does.
    """
    check_settings(config)
    splits = splits_of(config)
    check_labels(splits, InMemory(splits.train), config.classes.names)


def check_settings(config: TrainingConfig) -> None:
    """Checks the settings, and that the folder is not another run's.

    Raises:
        DataError: it is, or a size, the class ids, rendered scenes or teachers do not fit.
    """
    for name in ("input_size", "crop_size", "teacher_size"):
        size = getattr(config, name) or config.crop_size
        if any(side % SIZE_MULTIPLE or not 0 < side <= LARGEST_SIDE for side in size):
            raise DataError(
                f"{name} must be multiples of {SIZE_MULTIPLE} up to {LARGEST_SIDE}, got {size}"
            )
    if list(config.classes.ids) != list(range(len(config.classes))):
        raise DataError(
            f"class ids must count up from 0, as the network's outputs do, got "
            f"{list(config.classes.ids)}"
        )
    if config.scene_share > 0:
        training_scenes(config.classes)
    _check_teachers(config)
    if not (config.run / CONFIG_FILE).exists():
        # Others call their weights by these names, too.
        for name in (BEST_FILE, LAST_FILE):
            if (config.run / name).exists():
                raise DataError(
                    f"{config.run}: holds {name} and no {CONFIG_FILE}, so it is no run of this "
                    "command, and nothing in it is replaced: give another folder"
                )
        return
    found = replace(TrainingConfig.load(config.run), run=config.run)
    if changed := differences(found.to_mapping(), config.to_mapping()):
        raise DataError(
            f"{config.run / CONFIG_FILE}: the folder holds a run of other settings ({changed}); "
            "give another folder, or the same settings to resume"
        )


def _check_teachers(config: TrainingConfig) -> None:
    """Checks that each teacher has one voice, and that there is one for what is said of them.

    Raises:
        DataError: one is named twice, by whatever name, or none where a size is given for them.
    """
    if config.teacher_size is not None and not config.teacher:
        width, height = config.teacher_size
        raise DataError(
            f"teacher_size is the size at which teachers see crops, got {width}x{height} and no "
            "teacher"
        )
    named: dict[Path, Path] = {}
    for origin in config.teacher:
        place = (read_bundle(origin).path if is_bundle(origin) else origin).resolve()
        if place in named:
            other = named[place]
            same = "" if str(other) == str(origin) else f", as {other} too"
            raise DataError(
                f"{origin}: is named twice as a teacher{same}, and its word would count twice: "
                "name each once"
            )
        named[place] = origin
