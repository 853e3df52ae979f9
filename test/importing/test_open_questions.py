# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a graph leaves open, or says otherwise than the options, is asked for in one line."""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import TensorProto, helper
from support.foreign_graphs import Foreign
from support.refused_imports import IMAGENET, edited, refusal, with_output

from attendseg_ros.importing.adapting import Said, adapt


def test_what_cannot_be_told_is_asked_for_with_its_options(tmp_path: Path) -> None:
    file = Foreign().write(tmp_path / "network.onnx")
    for said, options in (
        (Said(input_size=(96, 64)), ("--like", "imagenet", "--mean", "--std", "--scale")),
        (Said(IMAGENET), ("--input-size",)),
    ):
        text = refusal(file, said)
        assert all(option in text for option in options)
    sigmoids = Foreign(ends_in="sigmoids").write(tmp_path / "sigmoids.onnx")
    text = refusal(sigmoids)
    assert "--background half" in text
    assert "--background none" in text


def test_an_open_layout_is_asked_for(tmp_path: Path) -> None:
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, "a", "b", "c"])
    result = helper.make_tensor_value_info("result", TensorProto.FLOAT, None)
    graph = helper.make_graph(
        [helper.make_node("Relu", ["image"], ["result"])], "g", [image], [result]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    onnx.save(model, str(tmp_path / "network.onnx"))
    assert "--layout nchw" in refusal(tmp_path / "network.onnx")


def test_both_lengths_are_named(tmp_path: Path) -> None:
    file = Foreign().write(tmp_path / "network.onnx")
    text = refusal(file, classes=7)
    assert "4 channels" in text
    assert "7 classes" in text
    assert "--background first" in refusal(file, classes=3)
    one = Foreign(ends_in="sigmoid").write(tmp_path / "one.onnx")
    text = refusal(one, classes=4)
    assert "one channel" in text
    assert "4 classes" in text


def test_options_that_contradict_the_graph(tmp_path: Path) -> None:
    fixed = Foreign(size=(96, 64)).write(tmp_path / "fixed.onnx")
    text = refusal(fixed, Said(IMAGENET, input_size=(128, 64)))
    assert "96x64" in text
    assert "128x64" in text
    takes_bytes = Foreign(dtype="uint8").write(tmp_path / "bytes.onnx")
    assert "preprocessing is in the graph" in refusal(takes_bytes)
    file = Foreign().write(tmp_path / "network.onnx")
    text = refusal(file, Said(IMAGENET, input_size=(96, 64), output="scores"))
    assert "'scores'" in text
    assert "result" in text


def test_two_outputs_are_listed_and_one_can_be_named(tmp_path: Path) -> None:
    node = helper.make_node("Identity", ["result"], ["aux"])
    file = edited(tmp_path / "network.onnx", lambda model: with_output(model, "aux", node))
    text = refusal(file)
    assert "--output result" in text
    assert "aux (1, 4, 64, 96)" in text
    made = adapt(file, Said(IMAGENET, input_size=(96, 64), output="aux"), 4, "mine.yaml")
    assert made.meaning.channels == 4
