# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Networks exported as they are trained give masks too, but not those that they learnt to give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from support.foreign_graphs import COLORS, Foreign
from support.refused_imports import edited, refusal

from attendseg_ros.importing.adapting import Said, adapt
from attendseg_ros.importing.pixels import Pixels

Edit = Callable[[onnx.ModelProto], None]


def inserted(model: onnx.ModelProto, *nodes: onnx.NodeProto, **constants: object) -> None:
    """Puts steps from `before` to `scores` in front of the last one."""
    last = model.graph.node.pop()
    made = last.input[0]
    for node in nodes:
        names = [made if name == "before" else name for name in node.input]
        del node.input[:]
        node.input.extend(names)
    last.input[0] = "scores"
    model.graph.node.extend([*nodes, last])
    for name, value in constants.items():
        model.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))


def dropout(model: onnx.ModelProto, *, training: bool) -> None:
    inserted(
        model,
        helper.make_node("Dropout", ["before", "share", "mode"], ["dropped"]),
        helper.make_node("Abs", ["dropped"], ["positive"]),
        helper.make_node("Add", ["positive", "dropped"], ["scores"], name="sum"),
        share=np.float32(0.5),
        mode=training,
    )


def normalised(model: onnx.ModelProto) -> None:
    ones, zeros = (np.full(len(COLORS), value, np.float32) for value in (1, 0))
    names = ["before", "scale", "bias", "mean", "variance"]
    node = helper.make_node(
        "BatchNormalization", names, ["scores", "means", "variances"], training_mode=1
    )
    inserted(model, node, scale=ones, bias=zeros, mean=zeros, variance=ones)


def noise(model: onnx.ModelProto) -> None:
    inserted(
        model,
        helper.make_node("RandomUniformLike", ["before"], ["noise"], name="jitter"),
        helper.make_node("Add", ["before", "noise"], ["scores"]),
    )


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda m: dropout(m, training=True), "step 'Dropout' drops values at random"),
        (normalised, "step 'BatchNormalization' normalises by the image at hand"),
        (noise, "draws random numbers (step 'jitter (RandomUniformLike)')"),
    ],
)
def test_it_is_said_what_is_not_as_learnt(edit: Edit, words: str, tmp_path: Path) -> None:
    said = refusal(edited(tmp_path / "network.onnx", edit))
    assert words in said
    assert "export" in said


def test_a_dropout_that_rests_is_none(tmp_path: Path) -> None:
    path = edited(tmp_path / "network.onnx", lambda model: dropout(model, training=False))
    foreign = Foreign()
    said = Said(Pixels(foreign.scale, foreign.mean, foreign.std), input_size=(96, 64))
    assert adapt(path, said, 4, "mine.yaml").meaning.channels == 4
