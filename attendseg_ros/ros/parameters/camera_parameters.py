# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How the camera nodes declare their parameters, and the one that both have."""

from __future__ import annotations

from typing import Any

from attendseg_ros.ros.parameters.outspoken_node import OutspokenNode
from attendseg_ros.ros.parameters.parameter_spec import ParameterSpec, one_of
from attendseg_ros.ros.parameters.parameter_values import ParameterError
from attendseg_ros.shortening import shortened


def declare(
    node: OutspokenNode,
    name: str,
    default: Any,
    description: str,
    limits: tuple[float, float] | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declares a read-only parameter and gives its value.

    Args:
        node: owner of the parameter.
        name: its name.
        default: its default, which decides its type.
        description: for `ros2 param describe`.
        limits: lowest and highest value.
        choices: the only values of a text.

    Raises:
        ParameterError: the value given at start is of another type, out of range or no choice.
    """
    constraints = one_of(choices) if choices else ""
    spec = ParameterSpec(
        name=name,
        default=default,
        description=description,
        live=False,
        limits=limits,
        constraints=constraints,
    )
    value = node.declare_parameter(name, default, spec.descriptor()).value
    if choices and value not in choices:
        wrong = ParameterError(f"{name} must be {constraints}, got {shortened(value)}", name)
        raise node.with_source(wrong)
    return value


def declare_awaited(node: OutspokenNode, default: int) -> int:
    """Declares how many subscribers image_raw must have before the first image is published."""
    awaited: int = declare(
        node,
        "wait_for_subscribers",
        default,
        "Start when image_raw has this many subscribers, so that none misses the first image.",
        (0, 64),
    )
    return awaited
