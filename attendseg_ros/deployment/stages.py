# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The training runs that a network comes from, as its model card tells them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from attendseg_ros.labels import ClassTable
from attendseg_ros.labels.classes import BUILT_IN
from attendseg_ros.network.shape import BUILT_IN as SHAPES
from attendseg_ros.network.shape import Shape
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.groups import GROUPS_FILE
from attendseg_ros.training.origins import CONFIG_FILE


def stages_of(training: TrainingConfig) -> list[dict[str, Any]]:
    """The settings of a run and of those it started from or learnt from, the first one first.

    Args:
        training: the settings of the run.

    Returns:
        Those of each run, without the paths of the machine that it was made on, and with the
        name of its class table in place of the table, which is in model.yaml. Runs whose folders
        are gone are left out.

    Raises:
        DataError: the settings of a run that is still there cannot be read.
    """
    settings = training.to_mapping()
    built_in = (name for name in BUILT_IN if training.classes == ClassTable.load(name))
    settings["classes"] = next(built_in, "classes.yaml")
    # A shape of the user lies in a file beside the run; the default needs no option.
    named = (name for name in SHAPES if training.shape == Shape.load(name))
    settings["shape"] = None if training.shape == Shape() else next(named, "shape.yaml")
    # Groups of a file are in a file beside the run; a run without any needs none of the three.
    if isinstance(settings["groups"], dict):
        settings["groups"] = GROUPS_FILE
    if training.teacher:
        settings["teacher"] = [run.resolve().name for run in training.teacher]
    for name in ("data", "run", "start_from", "backbone"):
        if settings[name] is not None:
            settings[name] = Path(settings[name]).resolve().name
    if not training.teacher:
        del settings["distillation_weight"]
    stages: list[dict[str, Any]] = []
    for earlier in training.builds_on:
        if (earlier / CONFIG_FILE).is_file():
            found = stages_of(TrainingConfig.load(earlier))
            stages += [stage for stage in found if stage not in stages]
    return [*stages, settings]
