# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Once a minute the same two states, in which the node's memory is read."""

from __future__ import annotations

from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node

from attendseg_ros.ros.health.periodic_report import UNCONFIGURED
from reliability.soak.figures import Figures, Memory
from reliability.soak.torments import Torments

_EVERY_S = 60.0
_SETTLE_S = 4.0
"""From the model's start on: what came in before has left the node's queues."""

_READ_S = 5.0
_READ_EVERY_S = 0.25
_PATIENCE_S = 150.0


class Rests:
    """Brings the states about, waits until the node says so, and reads.

    First with one model and plain parameters, then without a model. A time alone would not do: on
    a busy machine a model takes many seconds, and while it is loaded there are two.
    """

    def __init__(self, node: Node, torments: Torments, figures: Figures) -> None:
        """Prepares.

        Args:
            node: spun by the caller, in the same thread; in the namespace of the one that soaks.
            torments: brings the state about.
            figures: reads.
        """
        self._torments = torments
        self._figures = figures
        self._soaked = f"{node.get_namespace().rstrip('/')}/segmentation"
        self.model: str | None = ""
        """What runs, as far as the node says; empty while another loads, None without any."""
        self._step = self._wait
        self._since_s = self._began_s = self._next_s = 0.0
        self.missed = 0
        node.create_subscription(DiagnosticArray, "/diagnostics", self._note, 10)

    @property
    def going_on(self) -> bool:
        """Whether nothing else may be done to the node."""
        return self._step != self._wait

    def tick(self, now_s: float) -> None:
        """Goes on to the next step, where one is due.

        Args:
            now_s: since the soak began.
        """
        if self.going_on and now_s > self._began_s + _PATIENCE_S:
            self.missed += 1
            # Wherever the rest got stuck, the node is to work again.
            self._torments.bring_up()
            self._go_to(self._wait, now_s)
        self._step(now_s)

    def _wait(self, now_s: float) -> None:
        if now_s >= self._since_s + _EVERY_S and self._torments.masks_expected:
            self._torments.rest()
            self._began_s = now_s
            self._go_to(self._await_other, now_s)

    def _await_other(self, now_s: float) -> None:
        if self.model == "drone":
            self._torments.settle()
            self._go_to(self._await_model, now_s)

    def _await_model(self, now_s: float) -> None:
        if self.model == "street":
            self._next_s = now_s + _SETTLE_S
            self._go_to(self._read_with_model, now_s)

    def _read_with_model(self, now_s: float) -> None:
        if self._read(now_s, self._figures.with_model):
            self._torments.clean_up()
            self._go_to(self._await_none, now_s)

    def _await_none(self, now_s: float) -> None:
        if self.model is None:
            self._next_s = now_s + _SETTLE_S
            self._go_to(self._read_cleaned_up, now_s)

    def _read_cleaned_up(self, now_s: float) -> None:
        if self._read(now_s, self._figures.cleaned_up, self._figures.in_use):
            self._torments.bring_up()
            self._go_to(self._await_work, now_s)

    def _await_work(self, now_s: float) -> None:
        if self.model == "street":
            self._go_to(self._wait, now_s)

    def _read(self, now_s: float, *memories: Memory) -> bool:
        if now_s >= self._next_s:
            self._next_s = now_s + _READ_EVERY_S
            for memory in memories:
                memory.read()
        if now_s < self._since_s + _SETTLE_S + _READ_S:
            return False
        for memory in memories:
            memory.rest(now_s)
        return True

    def _go_to(self, step: Any, now_s: float) -> None:
        self._step, self._since_s = step, now_s

    def _note(self, message: DiagnosticArray) -> None:
        for status in message.status:
            values = {pair.key: pair.value for pair in status.values}
            if status.hardware_id != self._soaked:
                continue
            if status.message == UNCONFIGURED:
                self.model = None
            elif "loading" in values:
                self.model = "" if values["loading"] else values["model"]
