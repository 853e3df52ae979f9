# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a training run begins with or learns from: another run or a bundle, by folder or name."""

from __future__ import annotations

from pathlib import Path

from attendseg_ros.errors import BundleError, DataError
from attendseg_ros.inference import Bundle, load_bundle
from attendseg_ros.inference.registry import DESCRIPTION_FILE, known_models

CONFIG_FILE = "config.yaml"
"""A run's settings, in its folder."""


def is_bundle(origin: Path) -> bool:
    """Whether an exported bundle is meant, by its folder or its name, and not a training run.

    A bundle or a run in reach comes before a shipped model of the same name.
    """
    return (origin / DESCRIPTION_FILE).is_file() or _is_model_name(origin)


def read_bundle(origin: Path) -> Bundle:
    """Reads a bundle, by its folder or its name.

    Raises:
        DataError: it is damaged.
    """
    is_folder = (origin / DESCRIPTION_FILE).is_file()
    try:
        return load_bundle(origin.resolve() if is_folder else origin)
    except BundleError as error:
        raise DataError(str(error)) from error


def as_written(origin: Path) -> str:
    """A run or a bundle as it is found again from any folder: a model's name stays one."""
    return str(origin) if _is_model_name(origin) else from_anywhere(origin)


def from_anywhere(path: Path) -> str:
    """A path as it is found again, and known again, from any folder."""
    whole = path.absolute()
    if ".." in whole.parts:
        # Not by its letters: behind a link ".." leads elsewhere. What the path names stays a link.
        whole = whole.resolve() if whole.name == ".." else whole.parent.resolve() / whole.name
    return str(whole)


def _is_model_name(origin: Path) -> bool:
    """Whether a model is meant by its name: a bundle or a run in reach comes before one."""
    in_reach = any((origin / file).is_file() for file in (CONFIG_FILE, DESCRIPTION_FILE))
    return not in_reach and str(origin) in {model.name for model in known_models().models}
