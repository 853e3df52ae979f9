# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ends of topics, as the graph tells of them."""

from __future__ import annotations

from typing import Any


def node_of(endpoint: Any) -> str:
    """The full name of the node that a publisher or subscriber belongs to."""
    return f"{endpoint.node_namespace.rstrip('/')}/{endpoint.node_name}"
