# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From a foreign graph to one as bundles have it, with what was found out about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import onnx

from attendseg_ros.errors import DataError
from attendseg_ros.importing.camera_bytes import take_camera_bytes
from attendseg_ros.importing.decoder_output import (
    Meaning,
    channels_wanted,
    give_scores,
    meaning_of,
)
from attendseg_ros.importing.image_input import ImageInput, find_image_input
from attendseg_ros.importing.pixels import LIKES, Pixels
from attendseg_ros.importing.processor_config import read_processor_config
from attendseg_ros.importing.reading import read_graph
from attendseg_ros.importing.readings import Reading, readings
from attendseg_ros.importing.score_map import ScoreMap, find_score_map, has_boxes
from attendseg_ros.importing.sizes import SIZES_A_MULTIPLE, Sizes, sizes_of, sizes_to_try
from attendseg_ros.importing.surgery import make_room
from attendseg_ros.importing.training_mode import check_inference
from attendseg_ros.importing.trial import try_sizes
from attendseg_ros.inference.engine import INPUT_NAME, OUTPUT_NAME
from attendseg_ros.inference.engines import LARGEST_SIDE
from attendseg_ros.shortening import shortened_text

_USUAL_MULTIPLE = 32


@dataclass(frozen=True)
class Said:
    """What the user says of a network, as far as the graph does not tell.

    Attributes:
        pixels: how it wants them.
        is_bgr: whether its first channel is blue.
        layout: of its input.
        input_size: width and height.
        size_multiple: what sides must be multiples of.
        output: name of the output.
        background: which channel means none of the classes.
    """

    pixels: Pixels | None = None
    is_bgr: bool = False
    layout: str | None = None
    input_size: tuple[int, int] | None = None
    size_multiple: int | None = None
    output: str | None = None
    background: str | None = None


@dataclass(frozen=True)
class Adapted:
    """A graph that takes camera bytes and gives what the decoder takes.

    Attributes:
        model: the graph.
        taken: what the network takes behind the preprocessing.
        pixels: how; None for bytes as they are.
        scores: what the network gives, and where in it the bundle's graph ends.
        meaning: of its channels.
        input_size: width and height.
        sizes: which others it takes.
        macs: multiplications at `input_size`.
    """

    model: onnx.ModelProto
    taken: ImageInput
    pixels: Pixels | None
    scores: ScoreMap
    meaning: Meaning
    input_size: tuple[int, int]
    sizes: Sizes
    macs: int


def adapt(path: Path, said: Said, classes: int, class_file: str) -> Adapted:
    """Reads a network and makes it take camera bytes and give scores.

    Args:
        path: of an ONNX file.
        said: what the graph may leave open.
        classes: how many there are.
        class_file: where they are from, for messages.

    Raises:
        DataError: it is no segmenter, cannot run, or leaves something open that nobody said.
    """
    model = read_graph(path)
    if has_boxes(model):
        raise DataError(
            f"{path}: is a detector, which sorts boxes: a semantic segmenter gives every pixel its "
            "class"
        )
    taken = find_image_input(model, path, said.layout)
    said = _with_config(said, taken, path)
    pixels = _pixels(taken, said, path)
    input_size = _input_size(taken, said, path)
    outputs = _outputs(model, said, path)
    renamed = make_room(model.graph, (INPUT_NAME, OUTPUT_NAME))
    # Under the name that it has in the graph by now; messages show its own.
    inside = replace(taken, name=renamed.get(taken.name, taken.name))
    take_camera_bytes(model, inside, pixels)
    found = {name: readings(model.graph, renamed.get(name, name)) for name in outputs}
    facts = _try_values(model, found, input_size, path)
    scores = find_score_map(
        found, facts, input_size, channels_wanted(classes, said.background), path
    )
    meaning = meaning_of(scores, classes, said.background, path, class_file)
    give_scores(model, scores, meaning, scores.size if taken.is_fixed else None)
    check_inference(model, path)
    sizes, macs, channels = _measure(model, taken, scores, said, input_size, path)
    if channels != meaning.channels:
        raise DataError(f"{path}: gives {channels} channels where {meaning.channels} are expected")
    if sizes.output_size is not None and not taken.is_fixed:
        _fix(model, input_size, meaning, sizes.output_size)
    return Adapted(model, taken, pixels, scores, meaning, input_size, sizes, macs)


def _with_config(said: Said, taken: ImageInput, path: Path) -> Said:
    """What the user says, and for the rest what lies beside the network."""
    if said.pixels is not None and (said.input_size is not None or taken.is_fixed):
        return said
    config = read_processor_config(path)
    pixels = said.pixels
    if pixels is None and taken.dtype != "uint8" and not said.is_bgr:
        pixels = config.pixels
    size = said.input_size
    if size is None and not taken.is_fixed:
        size = config.input_size
    return replace(said, pixels=pixels, input_size=size)


def _pixels(taken: ImageInput, said: Said, path: Path) -> Pixels | None:
    if taken.dtype == "uint8":
        if said.pixels is not None:
            raise DataError(
                f"{path}: takes bytes as a camera gives them ({taken}): its preprocessing is in "
                "the graph, so leave --like, --mean, --std and --scale out"
            )
        return Pixels(1.0, (0.0,) * 3, (1.0,) * 3, is_bgr=True) if said.is_bgr else None
    if said.pixels is None:
        raise DataError(
            f"{path}: takes {taken.dtype} numbers ({taken}), and a graph does not tell how bytes "
            f"become them: add --like {' or '.join(LIKES)}, or --mean, --std and --scale as the "
            "network was trained with"
        )
    return said.pixels


def _input_size(taken: ImageInput, said: Said, path: Path) -> tuple[int, int]:
    own = (taken.width, taken.height)
    size = said.input_size
    if size is None:
        if taken.width is None or taken.height is None:
            raise DataError(
                f"{path}: takes images of more than one size ({taken}): add --input-size WxH, such "
                "as the size that it was trained at"
            )
        size = (taken.width, taken.height)
    if any(side not in (None, given) for side, given in zip(own, size, strict=True)):
        shown = "x".join("any" if side is None else str(side) for side in own)
        raise DataError(
            f"{path}: is built for images of {shown}, and --input-size says {size[0]}x{size[1]}: "
            "leave it out, or export the network with open sides"
        )
    if max(size) > LARGEST_SIDE:
        raise DataError(f"{path}: takes {size[0]}x{size[1]}: the most is {LARGEST_SIDE} a side")
    return size


def _outputs(model: onnx.ModelProto, said: Said, path: Path) -> list[str]:
    names = [value.name for value in model.graph.output]
    if said.output is None:
        return names
    made = {name for node in model.graph.node for name in node.output}
    if said.output not in made:
        raise DataError(
            f"{path}: has no output '{shortened_text(said.output)}': its outputs are "
            f"{shortened_text(', '.join(names))}"
        )
    return [said.output]


def _try_values(
    model: onnx.ModelProto,
    found: Mapping[str, Sequence[Reading]],
    input_size: tuple[int, int],
    path: Path,
) -> dict[str, Any]:
    """What comes out at every value that could be the bundle's output."""
    names = dict.fromkeys(reading.name for values in found.values() for reading in values)
    made = {name for node in model.graph.node for name in node.output}
    tried = onnx.ModelProto()
    tried.CopyFrom(model)
    del tried.graph.output[:]
    tried.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name in made)
    answer = _tried(tried, [input_size, *_likelier(input_size)], path)[0]
    facts: dict[str, Any] = answer["outputs"]
    return {name: facts[found[name][0].name] for name in found} | facts


def _tried(
    model: onnx.ModelProto, sizes: list[tuple[int, int]], path: Path, **how: Any
) -> list[dict[str, Any]]:
    try:
        answers = try_sizes(model.SerializeToString(), sizes, **how)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    if "error" in answers[0]:
        (width, height), others = sizes[0], zip(sizes[1:], answers[1:], strict=False)
        better = next((f"{s[0]}x{s[1]}" for s, answer in others if "error" not in answer), None)
        raise DataError(
            f"{path}: cannot run on an image of {width}x{height}: "
            f"{shortened_text(answers[0]['error'])}: "
            + (
                f"add --input-size {better}, at which it runs"
                if better
                else "damaged, or made for another --input-size"
            )
        )
    return answers


def _likelier(size: tuple[int, int]) -> list[tuple[int, int]]:
    """A size near one that many networks cannot take, which they can."""
    width, height = (max(1, round(side / _USUAL_MULTIPLE)) * _USUAL_MULTIPLE for side in size)
    return [] if (width, height) == size else [(width, height)]


def _measure(
    model: onnx.ModelProto,
    taken: ImageInput,
    scores: ScoreMap,
    said: Said,
    input_size: tuple[int, int],
    path: Path,
) -> tuple[Sizes, int, int]:
    """Which sizes it takes, the multiplications at its own one, and the channels there."""
    stride = 0
    groups: dict[int, list[tuple[int, int]]] = {}
    if not taken.is_fixed:
        stride, groups = sizes_to_try(input_size, scores.size, said.size_multiple)
        if said.size_multiple and not groups:
            width, height = input_size
            raise DataError(
                f"--size-multiple {said.size_multiple}: does not fit an input of {width}x{height}, "
                f"of which the network makes {scores.size[0]}x{scores.size[1]}: both sides must be "
                "multiples of it, and it of what makes one value"
            )
    more = [size for group in groups.values() for size in group]
    until = (stride, SIZES_A_MULTIPLE) if groups else None
    answer, *others = _tried(model, [input_size, *more], path, counts=True, until=until)
    fact = answer["outputs"][OUTPUT_NAME]
    if not fact["finite"]:
        raise DataError(
            f"{path}: gives values that are not finite for an image of noise: its weights are "
            "damaged, or --mean, --std and --scale are others"
        )
    sizes = sizes_of(input_size, scores.size, stride, groups, others)
    return sizes, answer["macs"], fact["shape"][1]


def _fix(
    model: onnx.ModelProto,
    input_size: tuple[int, int],
    meaning: Meaning,
    output_size: tuple[int, int],
) -> None:
    """Declares the sides of a graph that takes one size only, although it says otherwise."""
    ports = (
        (model.graph.input[0], (1, input_size[1], input_size[0], 3)),
        (model.graph.output[0], (1, meaning.channels, output_size[1], output_size[0])),
    )
    for value, sides in ports:
        for dimension, side in zip(value.type.tensor_type.shape.dim, sides, strict=True):
            dimension.dim_value = side
