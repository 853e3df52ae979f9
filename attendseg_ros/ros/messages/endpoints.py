# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ends of topics, as the graph tells of them."""

from __future__ import annotations

from typing import Any

UNNAMED = "a node of no known name"

_UNKNOWN = "_NODE_NAME_UNKNOWN_"
"""What the middlewares call a node whose participant has told no names, or never will."""


def is_named(endpoint: Any) -> bool:
    """Whether the name of the node has arrived, which each process of ROS sends by itself."""
    return bool(endpoint.node_name != _UNKNOWN)


def node_of(endpoint: Any) -> str:
    """The full name of the node that a publisher or subscriber belongs to, or `UNNAMED`."""
    if not is_named(endpoint):
        return UNNAMED
    return f"{endpoint.node_namespace.rstrip('/')}/{endpoint.node_name}"
