# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A lifecycle node that survives a transition that is not possible from its state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from attendseg_ros.ros.parameters.outspoken_node import OutspokenNode

_TRANSITIONS = (
    ("on_configure", TransitionCallbackReturn.ERROR),
    ("on_activate", TransitionCallbackReturn.ERROR),
    ("on_deactivate", TransitionCallbackReturn.ERROR),
    ("on_cleanup", TransitionCallbackReturn.ERROR),
    ("on_shutdown", TransitionCallbackReturn.ERROR),
    # The last one: what it cannot free must not keep the node from being configured again.
    ("on_error", TransitionCallbackReturn.SUCCESS),
)


class PatientLifecycleNode(OutspokenNode, LifecycleNode):
    """Answers an impossible transition with `success: false`, as a node in C++ does.

    In rclpy up to Jazzy the service's callback raises instead, and whoever asks an active node to
    activate ends the process. What a transition raises, rclpy would swallow without a word: here
    it goes into the net.
    """

    def __init__(self, name: str) -> None:
        """Makes the node with its lifecycle services."""
        for transition, otherwise in _TRANSITIONS:
            # rclpy takes these attributes for its callbacks as it makes the node.
            setattr(self, transition, self._netted(transition, otherwise))
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

    def _netted(
        self, transition: str, otherwise: TransitionCallbackReturn
    ) -> Callable[[LifecycleState], TransitionCallbackReturn]:
        callback = getattr(self, transition)

        def act(state: LifecycleState) -> TransitionCallbackReturn:
            try:
                result: TransitionCallbackReturn = callback(state)
                return result
            except Exception as error:
                # Told to stop meanwhile, every call to ROS fails: no news.
                if self.context.ok():
                    self.net.catch(f"the transition {transition}", error)
                return otherwise

        return act
