# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Sums and products that lie between two steps of their 8 bits, which processors round apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from attendseg_ros.deployment.graph import constants

NEAREST = 1e-4
"""Steps from the middle of two that are enough: float32 errs by 3e-5 at 255, in its last digits."""

_WIDTHS = 1.0 + np.arange(64) / 4096.0
"""By which ranges are tried to be wider."""

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {"Add": np.add, "Mul": np.multiply}


def without_ties(model: onnx.ModelProto) -> onnx.ModelProto:
    """Widens ranges of 8-bit sums and products by up to 1.5 %, away from ties.

    A value in the middle of two steps goes up on x86 and down on Arm, by the last digit of a float.
    An activation and a constant make 256 values only, so one tie is one in every image: by one such
    sum of `street`, half of all logits differed in the end, by up to five steps, and 1.7 % of the
    labels of a room. Of two activations there are 65536 sums: there the range is taken whose
    nearest tie is the farthest, some 3e-5 steps away.

    Args:
        model: a graph in QDQ form; ranges of other types than uint8, or a channel, stay.

    Returns:
        The same model, changed.
    """
    stored = {value.name: value for value in model.graph.initializer}
    values = constants(model)
    makers = {name: node for node in model.graph.node for name in node.output}
    readers = {name: node for node in model.graph.node for name in node.input}
    for node in model.graph.node:
        reader = readers.get(node.output[0])
        if node.op_type not in _OPERATORS or reader is None or reader.op_type != "QuantizeLinear":
            continue
        results, step = _results(node, makers, values), _step(reader, values)
        if results is None or step is None:
            continue
        scale, zero_point = step
        name, wider = reader.input[1], _away_from_ties(results, scale, zero_point)
        if wider != scale:
            # Further steps read it, as those do that only move values and share the scale.
            values[name] = np.full(values[name].shape, wider, np.float32)
            stored[name].CopyFrom(numpy_helper.from_array(values[name], name))
    _fit_biases(model, makers, values, stored)
    return model


def distance(steps: NDArray[np.float64]) -> float:
    """How near the middle of two steps of uint8 any value comes; those cut off do not count."""
    inside = steps[(steps > 0.0) & (steps < 255.0)]
    return float(np.min(np.abs(inside - np.floor(inside) - 0.5), initial=0.5))


def _away_from_ties(results: NDArray[np.float64], scale: float, zero_point: float) -> float:
    farthest, best = -1.0, scale
    for width in _WIDTHS:
        tried = float(np.float32(scale * width))
        away = distance(results / tried + zero_point)
        if away >= NEAREST:
            return tried
        if away > farthest:
            farthest, best = away, tried
    return best


def _fit_biases(
    model: onnx.ModelProto,
    makers: dict[str, onnx.NodeProto],
    values: dict[str, NDArray[np.generic]],
    stored: dict[str, onnx.TensorProto],
) -> None:
    """Brings biases to the step of their sums, that of input times weight: engines take it so."""
    for node in model.graph.node:
        parts = [makers.get(name) for name in node.input]
        if node.op_type != "Conv" or len(parts) < 3 or None in parts:
            continue
        steps = [values.get(part.input[1]) for part in parts if part is not None]
        codes_name, scale_name = parts[2].input[:2] if parts[2] is not None else ("", "")
        codes = values.get(codes_name)
        if codes is None or codes.dtype != np.int32 or any(step is None for step in steps):
            continue
        of_input, of_weight, of_bias = (np.asarray(step, np.float32) for step in steps)
        wanted = of_input * of_weight
        if np.array_equal(wanted, of_bias):
            continue
        fitted = np.rint(codes.astype(np.float64) * of_bias / wanted).astype(np.int32)
        stored[codes_name].CopyFrom(numpy_helper.from_array(fitted, codes_name))
        stored[scale_name].CopyFrom(numpy_helper.from_array(wanted, scale_name))


def _results(
    node: onnx.NodeProto,
    makers: dict[str, onnx.NodeProto],
    values: dict[str, NDArray[np.generic]],
) -> NDArray[np.float64] | None:
    """All that a node can make of its inputs; None where those are not in 8 bits."""
    sides = []
    for maker in (makers.get(name) for name in node.input):
        step = None
        if maker is not None and maker.op_type == "DequantizeLinear":
            step = _step(maker, values)
        if maker is None or step is None:
            return None
        scale, zero_point = step
        codes = np.unique(values.get(maker.input[0], np.arange(256))).astype(np.float64)
        sides.append((codes - zero_point) * scale)
    one, other = sides
    return np.asarray(_OPERATORS[node.op_type](one[:, None], other), np.float64)


def _step(
    node: onnx.NodeProto, values: dict[str, NDArray[np.generic]]
) -> tuple[float, float] | None:
    """Scale and zero point of a node that quantizes or does away with it, if of all to uint8."""
    if len(node.input) < 3:
        return None
    scale, zero_point = (values.get(name) for name in node.input[1:])
    if scale is None or zero_point is None or scale.size != 1 or zero_point.dtype != np.uint8:
        return None
    return float(scale.item()), float(zero_point.item())
