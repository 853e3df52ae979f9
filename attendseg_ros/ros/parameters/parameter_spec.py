# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One row of a table of parameters, of whichever node: what it takes, and how ROS describes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor

_ONE_OF = "one of "


@dataclass(frozen=True)
class ParameterSpec:
    """A parameter, for whoever declares, prints or checks it."""

    name: str
    default: Any
    description: str
    live: bool
    limits: tuple[float, float] | None
    constraints: str

    @property
    def choices(self) -> tuple[str, ...]:
        """The only values of a text; empty where it may be any other.

        They are read from the constraints: a descriptor has no other place for them.
        """
        if not self.constraints.startswith(_ONE_OF):
            return ()
        return tuple(self.constraints.removeprefix(_ONE_OF).split(", "))

    def descriptor(self) -> ParameterDescriptor:
        """The row as `ros2 param describe` and rqt_reconfigure read it."""
        descriptor = ParameterDescriptor(
            name=self.name,
            description=self.description,
            read_only=not self.live,
            additional_constraints=self.constraints,
        )
        if self.limits is not None:
            low, high = self.limits
            if isinstance(self.default, float):
                descriptor.floating_point_range = [
                    FloatingPointRange(from_value=low, to_value=high)
                ]
            else:
                descriptor.integer_range = [
                    IntegerRange(from_value=int(low), to_value=int(high), step=1)
                ]
        return descriptor


def one_of(choices: Sequence[str]) -> str:
    """Constraints that leave a text these values only."""
    return _ONE_OF + ", ".join(choices)


def parameter(
    default: Any,
    description: str,
    *,
    live: bool = True,
    limits: tuple[float, float] | None = None,
    constraints: str = "",
) -> Any:
    """A field of a dataclass that is a table of parameters: its name is the parameter's.

    Args:
        default: the parameter's default, which decides its type.
        description: for `ros2 param describe`.
        live: whether it can be set while the node runs.
        limits: lowest and highest value.
        constraints: in words what else it must be.
    """
    metadata = {
        "description": description,
        "live": live,
        "limits": limits,
        "constraints": constraints,
    }
    return field(default=default, metadata=metadata)


def specs_of(table: type[Any]) -> tuple[ParameterSpec, ...]:
    """The rows of a dataclass whose fields were made by `parameter`, in their order."""
    return tuple(
        ParameterSpec(name=row.name, default=row.default, **row.metadata) for row in fields(table)
    )
