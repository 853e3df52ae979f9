# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Graphs that are no segmenter, or harm whoever reads them, are refused in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from support.refused_imports import edited, refusal, with_output

from attendseg_ros.importing import trial


def test_a_detector_and_a_classifier_are_called_so(tmp_path: Path) -> None:
    def boxes(model: onnx.ModelProto) -> None:
        del model.graph.output[:]
        model.graph.initializer.append(numpy_helper.from_array(np.array([1, 4, -1]), "rows"))
        with_output(model, "output0", helper.make_node("Reshape", ["result", "rows"], ["output0"]))

    def whole(model: onnx.ModelProto) -> None:
        del model.graph.output[:]
        mean = helper.make_node("GlobalAveragePool", ["result"], ["mean"])
        with_output(model, "class", mean, helper.make_node("Flatten", ["mean"], ["class"]))

    assert "is a detector" in refusal(edited(tmp_path / "boxes.onnx", boxes))
    assert "is a classifier" in refusal(edited(tmp_path / "whole.onnx", whole))


@pytest.mark.parametrize("axis", [3, -2])
def test_a_softmax_over_other_than_the_classes_is_refused(tmp_path: Path, axis: int) -> None:
    """Its shares are of a row's pixels: as a confidence they would say next to nothing."""

    def across(model: onnx.ModelProto) -> None:
        del model.graph.output[:]
        softmax = helper.make_node("Softmax", ["result"], ["shares"], axis=axis)
        with_output(model, "shares", softmax)

    said = refusal(edited(tmp_path / "network.onnx", across))
    assert f"ends in a softmax over side {axis % 4 + 1} of (1, 4, " in said
    assert "softmax over the classes" in said


def test_custom_operators_are_named(tmp_path: Path) -> None:
    def custom(model: onnx.ModelProto) -> None:
        model.graph.node[0].domain, model.graph.node[0].op_type = "my.ops", "Deform"
        model.opset_import.append(helper.make_opsetid("my.ops", 1))

    assert "my.ops.Deform" in refusal(edited(tmp_path / "network.onnx", custom))


def test_volumes_texts_and_more_inputs(tmp_path: Path) -> None:
    def volume(model: onnx.ModelProto) -> None:
        sides = [1, 3, 16, 64, 64]
        model.graph.input[0].CopyFrom(
            helper.make_tensor_value_info("input", TensorProto.FLOAT, sides)
        )

    def text(model: onnx.ModelProto) -> None:
        model.graph.input[0].CopyFrom(
            helper.make_tensor_value_info("tokens", TensorProto.INT64, [1, "length"])
        )

    def two(model: onnx.ModelProto) -> None:
        model.graph.input.append(helper.make_tensor_value_info("mask", TensorProto.FLOAT, [1, 1]))

    assert "3-D convolutions" in refusal(edited(tmp_path / "volume.onnx", volume))
    assert "no image input" in refusal(edited(tmp_path / "text.onnx", text))
    assert "2 inputs" in refusal(edited(tmp_path / "two.onnx", two))


def test_versions_that_are_not_taken(tmp_path: Path) -> None:
    def opset(model: onnx.ModelProto) -> None:
        model.opset_import[0].version = 25

    def old(model: onnx.ModelProto) -> None:
        model.opset_import[0].version = 8

    def form(model: onnx.ModelProto) -> None:
        model.ir_version = 99

    assert "opset 25" in refusal(edited(tmp_path / "new.onnx", opset))
    assert "opset 8" in refusal(edited(tmp_path / "old.onnx", old))
    assert "version 99" in refusal(edited(tmp_path / "form.onnx", form))


def test_a_tensor_that_is_not_what_it_says(tmp_path: Path) -> None:
    def huge(model: onnx.ModelProto) -> None:
        model.graph.initializer[0].dims[0] = 10**12

    def negative(model: onnx.ModelProto) -> None:
        model.graph.initializer[0].dims[0] = -4

    assert "has 48" in refusal(edited(tmp_path / "huge.onnx", huge))
    assert "below 0" in refusal(edited(tmp_path / "negative.onnx", negative))


def test_functions_that_multiply_are_not_written_out(tmp_path: Path) -> None:
    def tower(model: onnx.ModelProto) -> None:
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("f", 1)]
        for level in range(40):
            called = ("f", f"F{level + 1}") if level < 39 else ("", "Identity")
            nodes = [
                helper.make_node(called[1], ["x"], ["t"], domain=called[0]),
                helper.make_node(called[1], ["t"], ["y"], domain=called[0]),
            ]
            model.functions.append(
                helper.make_function("f", f"F{level}", ["x"], ["y"], nodes, opsets)
            )
        model.opset_import.append(helper.make_opsetid("f", 1))
        model.graph.node.append(helper.make_node("F0", ["result"], ["more"], domain="f"))

    assert "steps" in refusal(edited(tmp_path / "network.onnx", tower))


def test_memory_and_time_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(model: onnx.ModelProto) -> None:
        body = helper.make_graph(
            [
                helper.make_node("Identity", ["go"], ["goes"]),
                helper.make_node("Identity", ["value"], ["same"]),
            ],
            "body",
            [
                helper.make_tensor_value_info("turn", TensorProto.INT64, []),
                helper.make_tensor_value_info("go", TensorProto.BOOL, []),
                helper.make_tensor_value_info("value", TensorProto.FLOAT, None),
            ],
            [
                helper.make_tensor_value_info("goes", TensorProto.BOOL, []),
                helper.make_tensor_value_info("same", TensorProto.FLOAT, None),
            ],
        )
        model.graph.initializer.append(numpy_helper.from_array(np.array(2**62), "turns"))
        model.graph.initializer.append(numpy_helper.from_array(np.array(True), "true"))
        loop = helper.make_node("Loop", ["turns", "true", "result"], ["looped"], body=body)
        model.graph.node.append(loop)
        model.graph.output[0].name = "looped"

    def vast(model: onnx.ModelProto) -> None:
        sides = np.array([200_000, 200_000])
        model.graph.initializer.append(numpy_helper.from_array(sides, "sides"))
        model.graph.node.extend(
            [
                helper.make_node("ConstantOfShape", ["sides"], ["zeros"]),
                helper.make_node("ReduceMax", ["zeros"], ["zero"], keepdims=0),
                helper.make_node("Add", ["result", "zero"], ["sum"]),
            ]
        )
        model.graph.output[0].name = "sum"

    monkeypatch.setattr(trial, "MOST_SECONDS", 3.0)
    assert "within 3 s" in refusal(edited(tmp_path / "endless.onnx", endless))
    assert "cannot run" in refusal(edited(tmp_path / "vast.onnx", vast))


def test_weights_that_are_not_finite(tmp_path: Path) -> None:
    def damaged(model: onnx.ModelProto) -> None:
        kernel = np.full((4, 3, 1, 1), np.nan, np.float32)
        model.graph.initializer[0].CopyFrom(numpy_helper.from_array(kernel, "c0"))

    assert "not finite" in refusal(edited(tmp_path / "network.onnx", damaged))


def test_steps_that_feed_themselves_end(tmp_path: Path) -> None:
    def circle(model: onnx.ModelProto) -> None:
        model.graph.node.append(helper.make_node("Identity", ["b"], ["a"]))
        model.graph.node.append(helper.make_node("Identity", ["a"], ["b"]))
        model.graph.output[0].name = "b"

    refusal(edited(tmp_path / "network.onnx", circle))
