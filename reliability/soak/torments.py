# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong around the node: parameters, models, subscribers, lifecycle, cameras."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.srv import SetParameters
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image, PointCloud2
from std_srvs.srv import SetBool

from attendseg_ros.msg import LandingZone
from reliability.soak.cameras import UnrulyCamera

PATIENCE_S = 15.0
"""How long a service may take: loading a model is not waited for by the node's services."""

_LISTENERS_AT_MOST = 12
_AWAY_S = (0.2, 1.0)

_TOPICS = (
    ("mask", Image),
    ("color_mask", Image),
    ("overlay", Image),
    ("confidence", Image),
    ("traversable", Image),
    ("points", PointCloud2),
    ("landing_zone", LandingZone),
)

_VALUES: dict[str, tuple[Any, ...]] = {
    "overlay_alpha": (0.0, 0.5, 1.0, 1.5, float("nan")),
    "min_confidence": (0.0, 0.3, -1.0),
    "temporal_smoothing": (0.0, 0.5, 2.0),
    "jpeg_quality": (1, 80, 0),
    "classes": ([""], ["road"], ["no such class"]),
    "traversable_classes": ([""], ["road", "pavement"], ["nowhere"]),
    "input_size": ([0, 0], [256, 192], [448, 320], [7, 7], [2**31, 64]),
    "target_latency_ms": (0.0, 30.0, 500.0, -1.0),
    "max_rate_hz": (0.0, 15.0, -5.0),
    "landing_frames": (1, 3, 0),
    "diagnostics_period_s": (0.5, 1.0, 0.0),
    "lazy": (True, False),
}

_CALM = {"target_latency_ms": 0.0, "max_rate_hz": 0.0, "input_size": [0, 0]}

_REST = {
    **_CALM,
    # Names that the other model may not have.
    "classes": [""],
    "traversable_classes": [""],
    "temporal_smoothing": 0.0,
    "min_confidence": 0.0,
    # What was kept for images of another size goes with the next image.
    "lazy": False,
}
"""What the node's memory depends on."""


class Torments:
    """Chooses what goes wrong next, and repairs what would keep masks away."""

    def __init__(self, node: Node, chance: random.Random, rear: UnrulyCamera) -> None:
        """Prepares the calls.

        Args:
            node: spun by the caller, in the same thread.
            chance: decides everything.
            rear: the camera that misbehaves.
        """
        self._node = node
        self._chance = chance
        self._rear = rear
        self._listeners: list[Any] = []
        self._parameters: Any = node.create_client(SetParameters, "segmentation/set_parameters")
        self._enabled: Any = node.create_client(SetBool, "segmentation/set_enabled")
        self._state: Any = node.create_client(ChangeState, "segmentation/change_state")
        self._waiting: list[tuple[float, Any]] = []
        self._later: list[tuple[float, Any]] = []
        self.done: Counter[str] = Counter()
        self.unanswered = 0
        self.refused = 0
        self.restored_at_s: float | None = None

    @property
    def masks_expected(self) -> bool:
        """Whether nothing that is going on keeps masks away."""
        return not self._later

    def act(self, now_s: float) -> None:
        """Does one thing, and what is due of earlier ones."""
        self._collect(now_s)
        for due_s, mend in [entry for entry in self._later if entry[0] <= now_s]:
            self._later.remove((due_s, mend))
            mend()
            self.restored_at_s = now_s
        choices = (
            (self._set, 30),
            (self._join_or_leave, 30),
            (self._misbehave, 30),
            (self._switch_model, 4),
            (self._disable, 2),
            (self._deactivate, 1),
        )
        torment = self._chance.choices(
            [choice for choice, _ in choices], [weight for _, weight in choices]
        )[0]
        self.done[torment.__name__.strip("_")] += 1
        torment(now_s)

    def calm(self) -> None:
        """Puts back what makes the steady camera's frames incomparable."""
        self.set(**_CALM)

    def rest(self) -> None:
        """Brings about the same state each time: two cameras alike, one mask, no other output.

        `settle`, some seconds later, is the last step of it.
        """
        while self._listeners:
            self._node.destroy_subscription(self._listeners.pop())
        self._rear.behave()
        self.set(**_REST, model="drone")

    def settle(self) -> None:
        """Has the model made anew: `auto` keeps an engine chosen for whatever size came first."""
        self.set(model="street")

    def clean_up(self) -> None:
        """Takes the node's model away; `bring_up` undoes it."""
        self._transition(Transition.TRANSITION_DEACTIVATE)
        self._transition(Transition.TRANSITION_CLEANUP)

    def bring_up(self) -> None:
        """Has the node load its model and work again."""
        self._transition(Transition.TRANSITION_CONFIGURE)
        self._transition(Transition.TRANSITION_ACTIVATE)

    def set(self, **values: Any) -> None:
        """Sets parameters without waiting for the answer."""
        parameters = [Parameter(name, value=value) for name, value in values.items()]
        request = SetParameters.Request(parameters=[p.to_parameter_msg() for p in parameters])
        self._call(self._parameters, request)

    def _call(self, client: Any, request: Any) -> None:
        if client.service_is_ready():
            self._waiting.append((time.monotonic(), client.call_async(request)))

    def _collect(self, _now_s: float) -> None:
        still = []
        for began_s, future in self._waiting:
            if future.done():
                results = getattr(future.result(), "results", ())
                self.refused += sum(not result.successful for result in results)
            elif time.monotonic() - began_s > PATIENCE_S:
                self.unanswered += 1
            else:
                still.append((began_s, future))
        self._waiting = still

    def _set(self, _now_s: float) -> None:
        name = self._chance.choice([*_VALUES])
        self.set(**{name: self._chance.choice(_VALUES[name])})

    def _join_or_leave(self, _now_s: float) -> None:
        if self._listeners and self._chance.random() < len(self._listeners) / _LISTENERS_AT_MOST:
            place = self._chance.randrange(len(self._listeners))
            self._node.destroy_subscription(self._listeners.pop(place))
            return
        name, kind = self._chance.choice(_TOPICS)
        camera = self._chance.choice(("front", "rear"))
        self._listeners.append(
            self._node.create_subscription(
                kind,
                f"segmentation/{camera}/{name}",
                lambda _: None,
                qos_profile_sensor_data,
                raw=True,
            )
        )

    def _misbehave(self, now_s: float) -> None:
        self._rear.misbehave(now_s)

    def _switch_model(self, _now_s: float) -> None:
        self.set(model=self._chance.choice(("street", "drone", "street", str(Path("/nowhere")))))

    def _disable(self, now_s: float) -> None:
        self._call(self._enabled, SetBool.Request(data=False))
        self._mend_later(now_s, lambda: self._call(self._enabled, SetBool.Request(data=True)))

    def _deactivate(self, now_s: float) -> None:
        self._transition(Transition.TRANSITION_DEACTIVATE)
        self._mend_later(now_s, lambda: self._transition(Transition.TRANSITION_ACTIVATE))

    def _transition(self, number: int) -> None:
        self._call(self._state, ChangeState.Request(transition=Transition(id=number)))

    def _mend_later(self, now_s: float, mend: Any) -> None:
        self._later.append((now_s + self._chance.uniform(*_AWAY_S), mend))
