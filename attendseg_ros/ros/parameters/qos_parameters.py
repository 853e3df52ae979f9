# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The parameters `qos_overrides.<topic>.<publisher or subscription>.<policy>`, and what they take.

rclpy declares one as it makes the publisher or subscription, and takes any value of its type: the
middleware then fails with a text that names neither.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rcl_interfaces.msg import IntegerRange, ParameterDescriptor

from attendseg_ros.ros.parameters.parameter_spec import one_of

PREFIX = "qos_overrides."

_DEEPEST = (1 << 31) - 1
"""What DDS can count."""

_CHOICES = {
    "history": ("keep_last", "keep_all", "system_default"),
    "reliability": ("reliable", "best_effort", "system_default", "best_available"),
}

POLICIES = ("depth", *_CHOICES)
"""The policies that can be changed (see `ros.messages.qos`)."""


def describe(name: str, descriptor: ParameterDescriptor) -> None:
    """Adds what such a parameter takes to its descriptor; leaves that of any other alone."""
    policy = name.rpartition(".")[2]
    if not name.startswith(PREFIX):
        return
    if policy == "depth":
        descriptor.integer_range = [IntegerRange(from_value=0, to_value=_DEEPEST, step=1)]
    elif policy in _CHOICES:
        descriptor.additional_constraints = one_of(_CHOICES[policy])


def subscribed_later(topics: Collection[str]) -> Sequence[str]:
    """The names that will be declared once the node subscribes to these topics.

    Args:
        topics: their full names.
    """
    return [f"{PREFIX}{topic}.subscription.{policy}" for topic in topics for policy in POLICIES]
