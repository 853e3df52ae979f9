# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of a training run."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from attendseg_ros.errors import DataError
from attendseg_ros.files import write_atomically
from attendseg_ros.network.attendseg import AttendSeg, build_attendseg
from attendseg_ros.network.shape import Shape
from attendseg_ros.training.growth import grown

LAST_FILE = "last.pt"
BEST_FILE = "best.pt"
OUTPUT_LAYERS = ("head.", "auxiliary_")


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Writes a checkpoint so that a kill at any moment leaves a whole one behind."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_atomically(path, buffer.getvalue())


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Reads a checkpoint.

    Raises:
        DataError: if there is none, or it cannot be read.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such checkpoint; a training run writes it")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        # torch's own words fill a screen, and say no more.
        raise DataError(
            f"{path}: cannot be read as a checkpoint: it is damaged, or of another program"
        ) from error
    if not isinstance(state, dict):
        raise DataError(
            f"{path}: is not a checkpoint of a training run but a {type(state).__name__}"
        )
    return state


def read_number(path: Path, name: str) -> float:
    """Reads a number that a checkpoint keeps beside the weights.

    Raises:
        DataError: there is no such checkpoint, or no such number in it.
    """
    return number_in(load_checkpoint(path), name, path)


def number_in(checkpoint: Mapping[str, Any], name: str, path: Path) -> float:
    """The same of a checkpoint that has been read.

    Args:
        checkpoint: what is in it.
        name: of the number.
        path: where it lies, for the message.

    Raises:
        DataError: there is no such number in it.
    """
    value = checkpoint.get(name)
    if not isinstance(value, int | float):
        raise DataError(f"{path}: does not hold the number '{name}': it is of another program")
    return value


def load_trained(run: Path, num_classes: int, shape: Shape | None = None) -> AttendSeg:
    """Returns the best network of a run of that shape, in evaluation mode.

    Raises:
        DataError: if the run has no checkpoint, or one of another architecture.
    """
    path = run / BEST_FILE
    network = build_attendseg(num_classes, shape)
    restore(network, load_checkpoint(path).get("model", {}), path)
    return network.eval()


def start_at(network: AttendSeg, weights: dict[str, torch.Tensor], path: Path) -> None:
    """Loads weights into a network, but for output layers of another number of classes.

    Weights of fewer channels or blocks are grown to the network's, see `training.growth`.

    Raises:
        DataError: they cannot be grown to the architecture; the message names the file.
    """
    own = network.state_dict()
    for name in (n for n in own if n.startswith(OUTPUT_LAYERS)):
        if name in weights and weights[name].shape[0] != own[name].shape[0]:
            weights[name] = own[name]
    restore(network, grown(network, weights), path)


def restore(network: torch.nn.Module, weights: dict[str, torch.Tensor], path: Path) -> None:
    """Loads weights into a network.

    Raises:
        DataError: they belong to another architecture, or are none; the message names the file.
    """
    if not isinstance(weights, Mapping) or not all(map(torch.is_tensor, weights.values())):
        raise DataError(f"{path}: holds no weights where ours are: it is of another program")
    own = network.state_dict()
    missing, extra = sorted(set(own) - set(weights)), sorted(set(weights) - set(own))
    differing = sorted(
        name for name in set(own) & set(weights) if own[name].shape != weights[name].shape
    )
    if missing or extra or differing:
        first = (*missing, *extra, *differing)[0]
        raise DataError(
            f"{path}: holds another architecture (tensors missing: {len(missing)}, too many: "
            f"{len(extra)}, of another size: {len(differing)}; the first is {first}): "
            "give the shape it was trained with"
        )
    network.load_state_dict(weights)
