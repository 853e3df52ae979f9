# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a profile of an ONNX Runtime session tells of each step of a network."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_KERNEL = "_kernel_time"
# The optimiser gives a step that it rewrote its old name and a number.
_REWRITTEN = re.compile(r"_token_\d+$")

_FILTERS = ("Conv", "FusedConv")
_MATRICES = ("MatMul", "FusedMatMul", "Gemm")


@dataclass(frozen=True)
class Step:
    """One run of one step.

    Attributes:
        name: of the node in the graph from which the step was made, where there is one.
        operator: such as "Conv"; an optimised graph has others than ONNX.
        inputs: the sides of each input; weights that were packed for the processor are missing.
        outputs: the same of each output.
        ms: how long it took.
    """

    name: str
    operator: str
    inputs: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[int, ...], ...]
    ms: float


def runs_of(events: Iterable[Mapping[str, Any]]) -> Iterator[list[Step]]:
    """The steps of each run of a session, in the order in which they ran.

    Args:
        events: of the profile's JSON.
    """
    steps: list[Step] = []
    for event in events:
        name = str(event.get("name", ""))
        if name.endswith(_KERNEL):
            steps.append(_step(name, event))
        elif name == "model_run":
            yield steps
            steps = []


def macs_of(step: Step) -> int:
    """Multiplications with weights or of two values; 0 where the step does not tell its sides."""
    if step.operator in _FILTERS and len(step.inputs) > 1:
        # A kernel is (out, in / groups, height, width).
        return math.prod(step.outputs[0]) * math.prod(step.inputs[1][1:])
    if step.operator == "ConvTranspose" and len(step.inputs) > 1:
        # A kernel is (in, out / groups, height, width), used once for each input pixel.
        return math.prod(step.inputs[0]) * math.prod(step.inputs[1][1:])
    if step.operator in _MATRICES:
        return math.prod(step.outputs[0]) * step.inputs[0][-1]
    return 0


def _step(name: str, event: Mapping[str, Any]) -> Step:
    told = event["args"]
    return Step(
        name=_REWRITTEN.sub("", name.removesuffix(_KERNEL)),
        operator=told["op_name"],
        inputs=_sides(told.get("input_type_shape", ())),
        outputs=_sides(told.get("output_type_shape", ())),
        ms=event["dur"] / 1e3,
    )


def _sides(shapes: Iterable[Mapping[str, list[int]]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(sides) for shape in shapes for sides in shape.values())
