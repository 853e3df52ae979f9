# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A lifecycle node that survives a transition that is not possible from its state."""

from __future__ import annotations

from typing import Any

from rclpy.lifecycle import LifecycleNode


class PatientLifecycleNode(LifecycleNode):
    """Answers an impossible transition with `success: false`, as a node in C++ does.

    In rclpy up to Jazzy the service's callback raises instead, and whoever asks an active node to
    activate ends the process.
    """

    def __init__(self, name: str) -> None:
        """Makes the node with its lifecycle services."""
        super().__init__(name)
        change_state = self._service_change_state.callback

        def answer(request: Any, response: Any) -> Any:
            try:
                return change_state(request, response)
            except Exception as error:
                self.get_logger().error(f"no such transition now: {' '.join(str(error).split())}")
                response.success = False
                return response

        self._service_change_state.callback = answer
