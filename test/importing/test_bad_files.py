# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Files that hold no network, or not all of one, are refused in one line that says what is."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto
from support.foreign_graphs import Foreign
from support.refused_imports import edited, refusal

from attendseg_ros.errors import DataError
from attendseg_ros.importing.reading import read_graph


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
    assert "is not a file" in refusal(tmp_path / "network.onnx")


def test_a_truncated_file_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    content = Foreign().model().SerializeToString()
    file = tmp_path / "network.onnx"
    for length in range(0, len(content), 7):
        file.write_bytes(content[:length])
        # Cut between two parts it may be read; it cannot run then.
        with contextlib.suppress(DataError):
            assert read_graph(file).graph.node


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("../../etc/passwd", "leads out"),
        ("/etc/passwd", "only files in the model's own folder"),
        ("link.data", "leads out"),
        ("missing.data", "not beside it"),
        ("short.data", "truncated"),
        ("folder", "is not a file"),
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
