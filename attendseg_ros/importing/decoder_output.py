# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A graph's map of scores as the decoder takes it: one float channel a class, called `logits`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import onnx
from onnx import TensorProto, helper

from attendseg_ros.errors import DataError
from attendseg_ros.importing.image_input import tensor_info
from attendseg_ros.importing.reading import opset_of
from attendseg_ros.importing.score_map import ScoreMap
from attendseg_ros.importing.steps import Steps
from attendseg_ros.importing.surgery import keep_only
from attendseg_ros.inference.engine import OUTPUT_NAME

BACKGROUNDS = ("none", "first", "last", "half")
"""Which channel means none of the classes; "half": where no channel reaches one half."""

_OWN = "decoder_"


@dataclass(frozen=True)
class Meaning:
    """What the channels that the decoder gets stand for, as model.yaml says it.

    Attributes:
        output: one of `bundle.OUTPUTS`.
        background_channel: the channel that is no class, or None.
        channels: how many there are.
    """

    output: str
    background_channel: int | None
    channels: int


def channels_wanted(classes: int, background: str | None) -> list[int]:
    """How many channels a network of some classes may have, the likeliest first."""
    if background in ("first", "last"):
        return [classes + 1]
    return [classes] if classes > 2 else [classes, 1]


def meaning_of(
    scores: ScoreMap, classes: int, background: str | None, path: Path, class_file: str
) -> Meaning:
    """Holds a network's channels against the class file.

    Args:
        scores: what the network gives.
        classes: how many the class file has.
        background: one of `BACKGROUNDS`, or None where nobody said.
        path: of the network, for messages.
        class_file: for messages.

    Raises:
        DataError: they do not go together; the message names both lengths.
    """
    of_file = f"class file {class_file} has {classes} class{'es' * (classes > 1)}"
    extra = 1 if background in ("first", "last") else 0
    place = {"first": 0, "last": classes}.get(background or "")
    if background == "half" and scores.kind != "sigmoid" and scores.channels > 1:
        raise DataError(
            f"{path}: --background half is for networks whose channels are shares of their own "
            f"(sigmoid), and this one gives {scores.kind}"
        )
    if scores.kind == "ids":
        if scores.largest >= classes + extra:
            raise DataError(
                f"{path}: gives class ids up to {scores.largest:g} and more, and {of_file}"
            )
        return Meaning("class_ids", place, 1)
    if scores.channels == 1:
        if classes > 2 or extra:
            raise DataError(
                f"{path}: gives one channel, which tells one class from the rest, and {of_file}: "
                "give a file of two (the rest, then the class), or of the class alone"
            )
        return Meaning("probabilities", 0 if classes == 1 else None, 2)
    if scores.channels != classes + extra:
        if scores.channels == classes + 1:
            hint = "give the file of all channels, or add --background first (or last)"
        else:
            hint = "give the class file that the network was trained with"
        raise DataError(
            f"{path}: gives {scores.channels} channels, and {of_file}"
            + (f" and a background of its own (--background {background})" if extra else "")
            + f": {hint}"
        )
    if scores.kind != "sigmoid":
        output = "logits" if scores.kind == "logits" else "probabilities"
        return Meaning(output, place, scores.channels)
    if background is None:
        raise DataError(
            f"{path}: each of its {scores.channels} channels is a share of its own (sigmoid): add "
            "--background half where a pixel below one half in all of them is none of the classes, "
            "or --background none where the largest always wins"
        )
    if background == "half":
        return Meaning("probabilities", 0, scores.channels + 1)
    return Meaning("probabilities", place, scores.channels)


def give_scores(
    model: onnx.ModelProto,
    scores: ScoreMap,
    meaning: Meaning,
    size: tuple[int, int] | None,
) -> onnx.ModelProto:
    """Ends a graph in `logits`, float32 (1, channels, height, width).

    Args:
        model: with camera bytes as its input; changed.
        scores: the value to end in.
        meaning: what is to come out.
        size: width and height of the output of a graph of one size; None leaves them open.

    Returns:
        The same model, without the steps that nothing needs.
    """
    steps = Steps(_OWN, opset_of(model))
    name = scores.name
    if scores.dtype != "float32":
        name = steps.add("Cast", [name], to=TensorProto.FLOAT)
    if scores.rank < 4:
        missing = {2: [0, 1], 3: [1] if scores.channel_axis is None else [0]}[scores.rank]
        name = steps.unsqueeze(name, missing)
    elif scores.channel_axis == 3:
        name = steps.add("Transpose", [name], perm=[0, 3, 1, 2])
    if meaning.output == "probabilities" and scores.channels == 1:
        if scores.kind == "logits":
            name = steps.add("Sigmoid", [name])
        rest = steps.add("Sub", [steps.number("one", 1.0), name])
        name = steps.add("Concat", [rest, name], axis=1)
    elif meaning.output == "probabilities" and meaning.channels == scores.channels + 1:
        # A channel of one half, of the sides that the others have.
        first = steps.add("Gather", [name, steps.places("first", [0])], axis=1)
        nothing = steps.add("Mul", [first, steps.number("zero", 0.0)])
        half = steps.add("Add", [nothing, steps.number("half", 0.5)])
        name = steps.add("Concat", [half, name], axis=1)
    steps.nodes.append(helper.make_node("Identity", [name], [OUTPUT_NAME], name=f"{_OWN}end"))
    graph = model.graph
    graph.node.extend(steps.nodes)
    graph.initializer.extend(steps.constants)
    keep_only(graph, [OUTPUT_NAME])
    del graph.output[:]
    width, height = size or ("logits_width", "logits_height")
    graph.output.append(tensor_info(OUTPUT_NAME, "float32", [1, meaning.channels, height, width]))
    return model
