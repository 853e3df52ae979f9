# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""No value of an 8-bit activation and a constant lies where processors round apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from attendseg_ros.deployment.graph import constants
from attendseg_ros.deployment.ties import NEAREST, distance, without_ties
from attendseg_ros.inference import shipped_models

TIE = (44 * 0.005988 + 1.0) / 127.5
"""The scale by which the sum of 44 lies in the middle of 127 and 128."""


def graph(operator: str, scale: float, constant: int | list[int] = 127) -> onnx.ModelProto:
    """An activation and a constant, in 8 bits, and what is made of them."""
    values: dict[str, Any] = {
        "x_scale": np.float32(0.005988),
        "c": np.asarray(constant, np.uint8),
        "c_scale": np.float32(1 / 127),
        "y_scale": np.float32(scale),
        "zero": np.uint8(0),
    }
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "x_scale", "zero"], ["x_codes"]),
        helper.make_node("DequantizeLinear", ["x_codes", "x_scale", "zero"], ["x_8"]),
        helper.make_node("DequantizeLinear", ["c", "c_scale", "zero"], ["c_8"]),
        helper.make_node(operator, ["x_8", "c_8"], ["y"]),
        helper.make_node("QuantizeLinear", ["y", "y_scale", "zero"], ["y_codes"]),
        helper.make_node("DequantizeLinear", ["y_codes", "y_scale", "zero"], ["out"]),
    ]
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n"]) for name in ("x", "out")]
    stored = [numpy_helper.from_array(np.asarray(value), name) for name, value in values.items()]
    return helper.make_model(helper.make_graph(nodes, "one", [ports[0]], [ports[1]], stored))


def steps(model: onnx.ModelProto, operator: Any) -> Any:
    """Every value in steps of the output, in float64."""
    at = {name: value.astype(np.float64) for name, value in constants(model).items()}
    return operator(np.arange(256) * at["x_scale"], at["c"] * at["c_scale"]) / at["y_scale"]


@pytest.mark.parametrize(
    ("name", "operator", "scale"),
    [("Add", np.add, TIE), ("Mul", np.multiply, 0.005988 * 2)],
)
def test_a_tie_is_moved_and_the_range_is_hardly_wider(
    name: str, operator: Any, scale: float
) -> None:
    model = graph(name, scale)
    assert distance(steps(model, operator)) < NEAREST
    moved = without_ties(model)
    assert distance(steps(moved, operator)) >= NEAREST
    assert 1.0 < constants(moved)["y_scale"] / np.float32(scale) < 1.01


@pytest.mark.parametrize(
    "model",
    [graph("Add", 0.0099), graph("Max", 0.0099)],
    ids=["no tie", "another operator"],
)
def test_what_has_no_tie_stays_as_it_is(model: onnx.ModelProto) -> None:
    before = model.SerializeToString()
    assert without_ties(model).SerializeToString() == before


def test_the_tie_of_two_activations_is_farther_away() -> None:
    rng = np.random.default_rng(0)
    for _ in range(8):
        scales = rng.uniform(0.01, 0.1, 2).astype(np.float32)
        model = graph("Add", float(255 * scales.sum() / 250), list(range(256)))
        stored = {value.name: value for value in model.graph.initializer}
        for name, scale in zip(("x_scale", "c_scale"), scales, strict=True):
            stored[name].CopyFrom(numpy_helper.from_array(np.asarray(scale), name))
        codes, near = np.arange(256.0), []
        for at in (constants(model), constants(without_ties(model))):
            sums = np.add.outer(*(codes * np.float64(at[name]) for name in ("x_scale", "c_scale")))
            near.append(distance(sums / np.float64(at["y_scale"])))
        # Some 3e-5 of float32's last digits are as far as one comes.
        assert near[1] >= near[0]
        assert near[1] > 1e-5


def test_biases_keep_their_value_and_have_the_step_of_their_sums() -> None:
    model = graph("Add", TIE)
    stored: dict[str, Any] = {
        "w": np.ones((2, 1, 1, 1), np.int8),
        "w_scale": np.asarray([0.5, 0.25], np.float32),
    }
    bias_scale = constants(model)["y_scale"] * stored["w_scale"]
    stored |= {
        "b": np.asarray([10_000, -30_000], np.int32),
        "b_scale": bias_scale,
        "none": np.zeros(2, np.int32),
    }
    stored["w_zero"] = np.zeros(2, np.int8)
    model.graph.initializer.extend(numpy_helper.from_array(v, n) for n, v in stored.items())
    model.graph.node.extend(
        [
            helper.make_node("DequantizeLinear", ["w", "w_scale", "w_zero"], ["w_8"], axis=0),
            helper.make_node("DequantizeLinear", ["b", "b_scale", "none"], ["b_32"], axis=0),
            helper.make_node("Conv", ["out", "w_8", "b_32"], ["sums"]),
        ]
    )
    before: Any = constants(model)
    after: Any = constants(without_ties(model))
    assert after["y_scale"] > before["y_scale"]
    np.testing.assert_array_equal(after["b_scale"], after["y_scale"] * after["w_scale"])
    np.testing.assert_allclose(
        after["b"] * after["b_scale"], before["b"] * before["b_scale"], rtol=1e-4
    )
    assert (after["b"] != before["b"]).all()


def test_street_has_none_of_an_activation_and_a_constant() -> None:
    """One of them was in every image, and told on Arm: `make arm`."""
    model = onnx.load(str(shipped_models()["street"] / "model.onnx"))
    values: Any = constants(model)
    makers = {name: node for node in model.graph.node for name in node.output}
    readers = {name: node for node in model.graph.node for name in node.input}
    found = 0
    for node in (node for node in model.graph.node if node.op_type == "Add"):
        sides = []
        for codes, scale, zero in (makers[name].input for name in node.input):
            zero_point = values[zero].astype(np.float64)
            sides.append((values.get(codes, np.arange(256)) - zero_point) * values[scale])
        if sorted(np.size(side) for side in sides) == [1, 256]:
            _, scale, zero = readers[node.output[0]].input
            made = np.asarray(sides[0] + sides[1]) / values[scale].astype(np.float64)
            assert distance(made + values[zero]) >= NEAREST
            found += 1
    assert found == 11
