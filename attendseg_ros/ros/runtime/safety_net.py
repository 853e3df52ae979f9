# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What happens to an exception that nobody expected: it is logged and counted, the node goes on."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import Any
from weakref import WeakSet

from rcl_interfaces.msg import SetParametersResult
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.service import Service

from attendseg_ros.shortening import shortened_text
from attendseg_ros.streaming.throttle import Throttle

_BACK_OFF_S = 0.1

_NOTHING = object()


class SafetyNet:
    """Notes unexpected exceptions of one node; any thread may call it."""

    def __init__(self, log: Callable[[str], object]) -> None:
        """Begins with none.

        Args:
            log: writes an error of one line.
        """
        self._log = log
        self._throttle = Throttle()
        self._lock = threading.Lock()
        self._caught = 0
        self._last = ""

    @property
    def caught(self) -> int:
        """How many there were."""
        return self._caught

    @property
    def last(self) -> str:
        """The last one, with what the node was doing."""
        return self._last

    def catch(self, doing: str, error: BaseException) -> None:
        """Logs, once in a while for each cause, and counts."""
        what = f"unexpected {type(error).__name__} in {doing}"
        with self._lock:
            self._caught += 1
            self._last = f"{what}: {shortened_text(error)}"
            ready = self._throttle.ready(what)
            caught = self._caught
        if ready:
            self._log(f"{self._last} ({_place(error)}; {caught} so far): the node goes on")


class GuardedExecutor(SingleThreadedExecutor):
    """Hands whatever a callback raises to a net, in place of ending the process.

    Every callback of the node comes by here: subscriptions, timers, services, answers, events and
    tasks, and before its callback the taking of each message.
    """

    def __init__(self, ends: type[Exception] | tuple[()] = ()) -> None:
        """Makes the executor; `net` must be set before it spins.

        Args:
            ends: what a callback raises to end the process.
        """
        super().__init__()
        self.net: SafetyNet | None = None
        self._ends = ends
        self._entity: Any = _NOTHING
        self._guarded: WeakSet[Any] = WeakSet()

    def spin(self) -> None:
        """Executes callbacks until the context is shut down."""
        while self.context.ok():
            self._entity = _NOTHING
            try:
                self.spin_once()
            except ExternalShutdownException:
                return
            except Exception as error:
                self._catch(error)
                if self._entity is _NOTHING:
                    # It was not a callback: what fails at once would fail again at once.
                    sleep(_BACK_OFF_S)

    def wait_for_ready_callbacks(self, *args: Any, **kwargs: Any) -> Any:
        """Gives what comes next, and notes it."""
        ready = super().wait_for_ready_callbacks(*args, **kwargs)
        self._entity = ready[1]
        if isinstance(self._entity, Service) and self._entity not in self._guarded:
            self._guarded.add(self._entity)
            self._entity.callback = self._answering(self._entity, self._entity.callback)
        return ready

    def _catch(self, error: Exception) -> None:
        if not self.context.ok():
            # While the context is being shut down any call to ROS may fail: that is no fault.
            return
        if self.net is None or isinstance(error, self._ends):
            raise error
        self.net.catch(described(self._entity), error)

    def _answering(self, service: Any, callback: Callable[[Any, Any], Any]) -> Any:
        """A service's callback that answers even so: whoever asked would wait for ever."""

        def answer(request: Any, response: Any) -> Any:
            try:
                return callback(request, response)
            except Exception as error:
                self._catch(error)
                return refusal(service.srv_type.Response(), request, error)

        return answer


def refusal(response: Any, request: Any, error: Exception) -> Any:
    """Fills in a response, as far as its type has room for it, that something went wrong."""
    reason = f"unexpected {type(error).__name__}: {shortened_text(error)}"
    if hasattr(response, "results"):
        no = SetParametersResult(successful=False, reason=reason)
        response.results = [no for _ in request.parameters]
    elif hasattr(response, "result") and isinstance(response.result, SetParametersResult):
        response.result = SetParametersResult(successful=False, reason=reason)
    elif hasattr(response, "success"):
        response.success = False
        if hasattr(response, "message"):
            response.message = reason
    return response


def described(entity: Any) -> str:
    """What an executor was doing, in words."""
    if entity is _NOTHING:
        return "the executor"
    if entity is None:
        return "a task"
    for attribute, words in (
        ("topic_name", "the callback of topic"),
        ("srv_name", "the callback of service"),
    ):
        if hasattr(entity, attribute):
            return f"{words} {getattr(entity, attribute)}"
    callback = getattr(entity, "callback", None)
    name = getattr(callback, "__qualname__", "")
    return f"{type(entity).__name__.lower()} {name}".strip()


def _place(error: BaseException) -> str:
    """File and line of this package's innermost frame that an exception came through."""
    place = "no traceback"
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if place == "no traceback" or "attendseg_ros" in path.parts:
            place = f"{path.name}:{frame.lineno}"
    return place
