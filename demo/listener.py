# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Hears every topic and hands the messages on as they came, serialized."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any

import rclpy
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSDurabilityPolicy, QoSProfile, QoSReliabilityPolicy
from rclpy.signals import SignalHandlerOptions

from attendseg_ros.stopping import Stop
from demo.recording import Message

_DISCOVERY_PERIOD_S = 0.1
_DEPTH = 20


class Listener:
    """Subscribes to whatever is published in a domain, but to raw images only where there are both.

    It runs in its own thread.

    A context manager: inside it the listener hears.
    """

    def __init__(self, domain_id: int, on_message: Callable[[Message], None]) -> None:
        """Joins the domain.

        Args:
            domain_id: ROS domain.
            on_message: called in the listener's thread with every message.
        """
        # Ctrl-C belongs to the demo: it has processes to stop before ROS may end.
        rclpy.init(domain_id=domain_id, signal_handler_options=SignalHandlerOptions.NO)
        self._on_message = on_message
        self._node = Node("demo_listener", start_parameter_services=False)
        self._heard: dict[str, str] = {}
        self._unknown: set[str] = set()
        self._error: Exception | None = None
        # rclpy calls nobody from here on but the executor's thread.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._node.create_timer(_DISCOVERY_PERIOD_S, self._discover, clock=steady)
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self._node)
        self._thread = threading.Thread(target=self._spin, name="listener", daemon=True)

    @property
    def heard(self) -> dict[str, str]:
        """The topics subscribed to, and their types."""
        return dict(self._heard)

    def check(self) -> None:
        """Raises what went wrong in the thread, if anything did."""
        if self._error is not None:
            raise self._error

    def node_listens(self, node: str, topic: str) -> bool:
        """Whether the node of that name subscribes to the topic."""
        subscriptions = self._node.get_subscriptions_info_by_topic(topic)
        return any(end.node_name == node for end in subscriptions)

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(exception, Stop):
            # The process ends at once, and rclpy was seen to crash it when torn down meanwhile.
            return
        self._executor.shutdown(timeout_sec=5.0)
        self._thread.join()
        self._node.destroy_node()
        rclpy.try_shutdown()

    def _spin(self) -> None:
        try:
            self._executor.spin()
        except ExternalShutdownException:
            pass
        except Exception as error:  # handed to `check`
            self._error = error

    def _discover(self) -> None:
        for topic, types in self._node.get_topic_names_and_types():
            if topic in self._heard or topic in self._unknown:
                continue
            publishers = self._node.get_publishers_info_by_topic(topic)
            if not publishers:
                continue
            raw = topic.removesuffix("/compressed")
            if raw != topic and self._node.count_publishers(raw):
                # The same image again; asking for it would make the node compress every frame.
                continue
            message_class = _message_class(types[0])
            if message_class is None:
                self._unknown.add(topic)
                self._node.get_logger().warning(f"cannot record {topic}: no package for {types[0]}")
                continue
            self._node.create_subscription(
                message_class,
                topic,
                partial(self._receive, topic, types[0]),
                _matching([end.qos_profile for end in publishers]),
                raw=True,
            )
            self._heard[topic] = types[0]

    def _receive(self, topic: str, message_type: str, data: bytes) -> None:
        self._on_message(Message(topic, message_type, time.time_ns(), data))


def _message_class(message_type: str) -> Any | None:
    package, _, name = message_type.split("/")
    try:
        return getattr(importlib.import_module(f"{package}.msg"), name)
    except (ImportError, AttributeError):
        return None


def _matching(offered: list[QoSProfile]) -> QoSProfile:
    """The strictest profile that matches every publisher."""
    reliable = all(one.reliability == QoSReliabilityPolicy.RELIABLE for one in offered)
    latched = all(one.durability == QoSDurabilityPolicy.TRANSIENT_LOCAL for one in offered)
    return QoSProfile(
        depth=_DEPTH,
        reliability=(
            QoSReliabilityPolicy.RELIABLE if reliable else QoSReliabilityPolicy.BEST_EFFORT
        ),
        durability=(
            QoSDurabilityPolicy.TRANSIENT_LOCAL if latched else QoSDurabilityPolicy.VOLATILE
        ),
    )
