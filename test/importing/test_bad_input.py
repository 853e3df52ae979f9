# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is no segmenter, or leaves something open, is refused in one line that says what is."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from support.foreign_graphs import Foreign

from attendseg_ros.errors import DataError
from attendseg_ros.importing import trial
from attendseg_ros.importing.adapting import Said, adapt
from attendseg_ros.importing.pixels import LIKES, Pixels
from attendseg_ros.importing.reading import read_graph

IMAGENET = Pixels(*LIKES["imagenet"])
SAID = Said(IMAGENET, input_size=(96, 64))


def refusal(file: Path, said: Said = SAID, classes: int = 4) -> str:
    with pytest.raises(DataError) as caught:
        adapt(file, said, classes, "mine.yaml")
    text = str(caught.value)
    assert "\n" not in text
    assert str(file.name) in text
    assert len(text) < 600
    return text


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


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("network.pt", b"PK\x03\x04data", "torch.onnx.export"),
        ("network.pth", b"\x80\x02data", "torch.onnx.export"),
        ("network.tflite", b"\x1c\0\0\0TFL3", "tf2onnx.convert --tflite"),
        ("network.engine", b"ftrt\0\0", "ONNX file that it was built from"),
        ("network.plan", b"\1\2\3\4", "TensorRT"),
        ("network.h5", b"\x89HDF\r\n", "Keras"),
        ("network.pb", b"\x0a\x10", "tf2onnx"),
        ("network.pdmodel", b"\x0a\x10", "paddle2onnx"),
        ("network.onnx", b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        ("network.onnx", b"<!DOCTYPE html>", "web page"),
        ("network.onnx", b"", "truncated"),
        ("network.onnx", bytes(range(256)), "truncated"),
    ],
)
def test_other_files_are_named_with_how_they_are_converted(
    name: str, content: bytes, words: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    assert words in refusal(tmp_path / name)


def test_a_folder_or_nothing(tmp_path: Path) -> None:
    Foreign().write(tmp_path / "network.onnx")
    with pytest.raises(
        DataError, match=r"is a folder: give the ONNX file, such as .*network\.onnx"
    ):
        read_graph(tmp_path)
    assert "No such file" in refusal(tmp_path / "missing.onnx")


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "network.onnx")
    assert "is no file" in refusal(tmp_path / "network.onnx")


def test_a_truncated_file_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    content = Foreign().model().SerializeToString()
    file = tmp_path / "network.onnx"
    for length in range(0, len(content), 7):
        file.write_bytes(content[:length])
        # Cut between two parts it may be read; it cannot run then.
        with contextlib.suppress(DataError):
            assert read_graph(file).graph.node


def edited(file: Path, edit: Callable[[onnx.ModelProto], object], **what: object) -> Path:
    """A network with something wrong in it."""
    model = Foreign(**what).model()  # type: ignore[arg-type]
    edit(model)
    file.write_bytes(model.SerializeToString())
    return file


def with_output(model: onnx.ModelProto, name: str, *nodes: onnx.NodeProto) -> None:
    model.graph.node.extend(nodes)
    model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))


def test_two_outputs_are_listed_and_one_can_be_named(tmp_path: Path) -> None:
    node = helper.make_node("Identity", ["result"], ["aux"])
    file = edited(tmp_path / "network.onnx", lambda model: with_output(model, "aux", node))
    text = refusal(file)
    assert "--output result" in text
    assert "aux (1, 4, 64, 96)" in text
    made = adapt(file, Said(IMAGENET, input_size=(96, 64), output="aux"), 4, "mine.yaml")
    assert made.meaning.channels == 4


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


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("../../etc/passwd", "leads out"),
        ("/etc/passwd", "only files in the model's own folder"),
        ("link.data", "leads out"),
        ("missing.data", "not beside it"),
        ("short.data", "truncated"),
        ("folder", "is no file"),
        ("", "only files in the model's own folder"),
    ],
)
def test_weights_are_read_from_the_model_s_folder_only(
    location: str, words: str, tmp_path: Path
) -> None:
    def outside(model: onnx.ModelProto) -> None:
        weights = model.graph.initializer[0]
        weights.ClearField("raw_data")
        weights.data_location = TensorProto.EXTERNAL
        weights.external_data.add(key="location", value=location)

    (tmp_path / "link.data").symlink_to("/etc/passwd")
    (tmp_path / "short.data").write_bytes(b"12")
    (tmp_path / "folder").mkdir()
    with pytest.raises(DataError, match=words):
        read_graph(edited(tmp_path / "network.onnx", outside))


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


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("imagenet", [0.5], None, None, False), "--like"),
        ((None, None, [0.0], None, False), "--std"),
        ((None, [1.0, 2.0], None, None, False), "--mean"),
        ((None, None, None, -1.0, False), "--scale"),
    ],
)
def test_pixels_that_cannot_be(arguments: tuple[object, ...], words: str) -> None:
    with pytest.raises(DataError, match=words):
        Pixels.of_options(*arguments)  # type: ignore[arg-type]


def test_mean_and_std_tell_their_own_scale() -> None:
    small = Pixels.of_options(None, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], None, False)
    large = Pixels.of_options(None, [123.675, 116.28, 103.53], [58.395, 57.12, 57.375], None, False)
    assert small is not None
    assert large is not None
    for first, second in zip(small.factors(), large.factors(), strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-3)


def test_steps_that_feed_themselves_end(tmp_path: Path) -> None:
    def circle(model: onnx.ModelProto) -> None:
        model.graph.node.append(helper.make_node("Identity", ["b"], ["a"]))
        model.graph.node.append(helper.make_node("Identity", ["a"], ["b"]))
        model.graph.output[0].name = "b"

    refusal(edited(tmp_path / "network.onnx", circle))
