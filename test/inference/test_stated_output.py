# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A graph whose result is of another kind than model.yaml says is refused before the first mask."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import onnx
import pytest
from onnx import helper
from support.tiny_bundle import colour_classifier, write_tiny_bundle

from attendseg_ros.errors import BundleError
from attendseg_ros.inference import Segmenter
from attendseg_ros.labels import ClassTable


def ending_in(*kinds: str) -> bytes:
    """The colour classifier with further operators behind it."""
    model = colour_classifier(ClassTable.load("camvid"))
    graph = model.graph
    names = ["scores_of_colours", *(f"after_{index}" for index in range(len(kinds) - 1)), "logits"]
    graph.node[-1].output[0] = names[0]
    for kind, taken, made in zip(kinds, names, names[1:], strict=False):
        attributes: dict[str, Any] = {}
        if kind != "Sigmoid":
            attributes = {"axis": 1} if kind == "Softmax" else {"axes": [1]}
        graph.node.append(helper.make_node(kind, [taken], [made], **attributes))
    if "ReduceMax" in kinds:
        graph.output[0].type.tensor_type.shape.dim[1].dim_value = 1
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def refusal(path: Path, engine: str) -> str:
    with pytest.raises(BundleError) as caught:
        Segmenter.load(path, engine, 1).close()
    return str(caught.value)


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino", "torch"])
def test_scores_are_no_probabilities(tmp_path: Path, engine: str) -> None:
    path = write_tiny_bundle(tmp_path / "b", overrides={"output": "probabilities"})
    assert re.fullmatch(
        rf"{path / 'model.yaml'}: output is 'probabilities', and the graph gives values from "
        r"-[0-9.]+ to -?[0-9.e-]+: write 'logits'",
        refusal(path, engine),
    )


@pytest.mark.parametrize("stated", [{}, {"output": "logits"}])
def test_probabilities_are_no_scores(tmp_path: Path, stated: dict[str, str]) -> None:
    path = write_tiny_bundle(tmp_path / "b", model=ending_in("Softmax"), overrides=stated)
    message = refusal(path, "onnxruntime")
    assert "output is 'logits', and the graph gives shares that add up to 1" in message
    right = write_tiny_bundle(
        tmp_path / "right", model=ending_in("Softmax"), overrides={"output": "probabilities"}
    )
    Segmenter.load(right, "onnxruntime", 1).close()


def test_shares_are_no_class_ids(tmp_path: Path) -> None:
    shares = ending_in("Softmax", "ReduceMax")
    path = write_tiny_bundle(tmp_path / "b", model=shares, overrides={"output": "class_ids"})
    message = refusal(path, "onnxruntime")
    assert "output is 'class_ids', and the graph gives numbers that are not whole" in message


def test_scores_between_0_and_1_are_scores(tmp_path: Path) -> None:
    Segmenter.load(
        write_tiny_bundle(tmp_path / "b", model=ending_in("Sigmoid")), "onnxruntime", 1
    ).close()
