# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Imports that are refused: the words of it, and networks with something wrong in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper
from support.foreign_graphs import Foreign

from attendseg_ros.errors import DataError
from attendseg_ros.importing.adapting import Said, adapt
from attendseg_ros.importing.pixels import LIKES, Pixels

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


def edited(file: Path, edit: Callable[[onnx.ModelProto], object], **what: object) -> Path:
    """A network with something wrong in it."""
    model = Foreign(**what).model()  # type: ignore[arg-type]
    edit(model)
    file.write_bytes(model.SerializeToString())
    return file


def with_output(model: onnx.ModelProto, name: str, *nodes: onnx.NodeProto) -> None:
    model.graph.node.extend(nodes)
    model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
