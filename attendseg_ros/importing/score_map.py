# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which output of a graph is the segmentation, and which value of it the bundle takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import onnx

from attendseg_ros.errors import DataError
from attendseg_ros.importing.readings import Reading
from attendseg_ros.shortening import shortened_text

Facts = Mapping[str, Any]
"""What a try found out about a value (see `trial.try_sizes`)."""

_LARGEST_STRIDE = 64.0
_UNEVEN = 1.2
"""Strides of the two sides may differ by as much where a grid is rounded up."""

_FEW_ROWS = 32


@dataclass(frozen=True)
class ScoreMap:
    """A value of the graph with a score, share or number for each cell of a grid.

    Attributes:
        name: of the value.
        kind: "logits", "softmax", "sigmoid" or "ids".
        rank: how many sides it has: 2, 3 or 4.
        channel_axis: of the channels; None where it has none.
        channels: how many.
        size: width and height of the grid.
        dtype: of its values.
        largest: of them, in the try.
        is_decided: whether the network goes on from here to a mask, or to scores at its input's
            size, so that larger images are left to whoever runs it.
    """

    name: str
    kind: str
    rank: int
    channel_axis: int | None
    channels: int
    size: tuple[int, int]
    dtype: str
    largest: float
    is_decided: bool = False


def find_score_map(
    found: Mapping[str, Sequence[Reading]],
    facts: Mapping[str, Facts],
    input_size: tuple[int, int],
    channels_wanted: Sequence[int],
    path: Path,
) -> ScoreMap:
    """Chooses the output, and of the values that stand in for it the cheapest.

    Args:
        found: each output's name with the values that can stand in for it.
        facts: about every one of these values, at the input size.
        input_size: width and height.
        channels_wanted: how many the class file speaks for, where two layouts could be meant.
        path: of the file, for messages.

    Raises:
        DataError: no output is a segmentation, or more than one could be.
    """
    maps = {
        output: score_map
        for output, values in found.items()
        if (score_map := _read(values[0], facts, input_size, channels_wanted)) is not None
    }
    others = [facts[output] for output in found if output not in maps]
    if not maps or any(_is_list(fact) for fact in others):
        raise DataError(f"{path}: {_what_else(found, facts)}")
    if len(maps) > 1:
        listed = "; ".join(f"{n} {_sides(facts[n])}" for n in maps)
        raise DataError(
            f"{path}: has {len(maps)} outputs that could be the segmentation ({listed}): add "
            f"--output {next(iter(maps))}, or another one"
        )
    ((output, whole),) = maps.items()
    for reading in reversed(found[output][1:]):
        earlier = _read(reading, facts, input_size, channels_wanted)
        if earlier is None or (whole.kind != "ids" and earlier.channels != whole.channels):
            continue
        if reading.is_enlarged and whole.size != input_size:
            continue
        return replace(earlier, is_decided=reading.is_enlarged or whole.kind == "ids")
    return whole


def _read(
    reading: Reading, facts: Mapping[str, Facts], input_size: tuple[int, int], wanted: Sequence[int]
) -> ScoreMap | None:
    """A value as a map of scores; None where it is none."""
    fact = facts.get(reading.name)
    if fact is None or fact["shape"] is None:
        return None
    shape = fact["shape"]
    grids = _grids(shape, reading.channel_axis)
    grids = [grid for grid in grids if _fits(shape[grid[1]], shape[grid[2]], input_size)]
    if not grids:
        return None
    # Where both layouts could be meant, the one with the channels that there are classes for.
    best = next((g for g in grids if g[0] is not None and shape[g[0]] in wanted), grids[0])
    axis, down, across = best
    channels = 1 if axis is None else shape[axis]
    kind = _kind(reading, fact, axis, channels)
    if kind == "ids" and channels != 1:
        return None
    return ScoreMap(
        name=reading.name,
        kind=kind,
        rank=len(shape),
        channel_axis=axis,
        channels=channels,
        size=(shape[across], shape[down]),
        dtype=fact["dtype"],
        largest=fact["max"],
    )


def _grids(shape: Sequence[int], axis: int | None) -> list[tuple[int | None, int, int]]:
    """Channels', rows' and columns' places among the sides, as they may be."""
    if len(shape) == 2:
        return [(None, 0, 1)]
    if len(shape) == 3:
        return [(None, 1, 2)] if shape[0] == 1 else [(0, 1, 2)]
    if len(shape) != 4 or shape[0] != 1:
        return []
    both = [(1, 2, 3), (3, 1, 2)]
    return [g for g in both if axis is None or g[0] == axis]


def _fits(height: int, width: int, input_size: tuple[int, int]) -> bool:
    """Whether a grid can be that of an input's pixels."""
    if height < 1 or width < 1 or width > input_size[0] or height > input_size[1]:
        return False
    across, down = input_size[0] / width, input_size[1] / height
    uneven = max(across, down) / min(across, down)
    return max(across, down) <= _LARGEST_STRIDE and uneven <= _UNEVEN


def _kind(reading: Reading, fact: Facts, axis: int | None, channels: int) -> str:
    if fact["dtype"].startswith(("int", "uint", "bool")):
        return "ids"
    if reading.kind != "unknown":
        return reading.kind
    is_share = fact["min"] >= -1e-3 and fact["max"] <= 1.001
    if channels > 1:
        if is_share and axis in fact["sums"]:
            return "softmax"
        return "sigmoid" if is_share else "logits"
    if is_share:
        return "sigmoid"
    return "ids" if fact["whole"] and fact["min"] >= 0 else "logits"


def _is_list(fact: Facts) -> bool:
    """Whether a value is a list of rows, such as boxes, and no map."""
    shape = fact["shape"]
    return shape is not None and len(shape) == 3 and max(shape[1:]) >= _FEW_ROWS


def _sides(fact: Facts) -> str:
    return str(tuple(fact["shape"])) if fact["shape"] is not None else "no tensor"


_OF_DETECTORS = ("box", "detection", "anchor", "keypoint", "dets")


def _what_else(found: Mapping[str, Sequence[Reading]], facts: Mapping[str, Facts]) -> str:
    """What a network is that gives no map of classes, in words."""
    for name, (reading, *_) in found.items():
        shape, axis = facts[name]["shape"], reading.channel_axis
        if reading.kind == "softmax" and axis is not None and shape is not None and len(shape) == 4:
            return (
                f"ends in a softmax over side {axis + 1} of {_sides(facts[name])}, which has no "
                "class for each of its shares: export it with the softmax over the classes, or "
                "without one"
            )
    listed = "; ".join(f"{shortened_text(n)} {_sides(facts[n])}" for n in found)
    if any(word in name.lower() for name in found for word in _OF_DETECTORS) or any(
        _is_list(facts[name]) for name in found
    ):
        return (
            f"is a detector, whose output is a list of boxes, objects or queries ({listed}): a "
            "semantic segmenter gives every pixel its class; if one of these outputs does, name it "
            "with --output"
        )
    if all(facts[n]["shape"] is not None and len(facts[n]["shape"]) <= 2 for n in found):
        return f"is a classifier of whole images ({listed}): a segmenter gives a map of classes"
    return (
        f"has no output that is a map of classes ({listed}): a segmentation is (1, classes, "
        "height, width), (1, height, width, classes) or (1, height, width), on the image's grid or "
        "a coarser one"
    )


def has_boxes(model: onnx.ModelProto) -> bool:
    """Whether a graph sorts boxes, which only detectors do."""
    return any(node.op_type in ("NonMaxSuppression", "RoiAlign") for node in model.graph.node)
