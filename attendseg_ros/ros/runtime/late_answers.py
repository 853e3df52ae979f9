# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A service that is answered later than its callback returns, from another thread."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from rclpy.node import Node

_NOT_YET = object()


class Answer:
    """What one caller waits for; any thread may give it, once."""

    def __init__(self, response: Any, send: Callable[[Any, Any], None]) -> None:
        """Begins without anything.

        Args:
            response: to be filled in before it is given.
            send: sends a response to whom a header names.
        """
        self.response = response
        self._send = send
        self._lock = Lock()
        self._header: Any = _NOT_YET
        self._given = self._sent = False

    def give(self) -> None:
        """Sends the response, now or as soon as it is known to whom."""
        with self._lock:
            self._given = True
            self._send_once()

    def address(self, header: Any) -> None:
        """Takes to whom it goes; for `LateService`."""
        with self._lock:
            self._header = header
            self._send_once()

    def _send_once(self) -> None:
        if self._given and self._header is not _NOT_YET and not self._sent:
            self._sent = True
            self._send(self.response, self._header)


class LateService:
    """A service whose handler returns at once, and whose answers come when they are given.

    rclpy sends what a callback returns, so a callback that waited would keep the executor from
    everything else; while a coroutine waits, rclpy's executors go round and round. Here, what is
    sent when the callback returns is kept until its answer is given.
    """

    def __init__(
        self, node: Node, service_type: Any, name: str, handle: Callable[[Any, Answer], None]
    ) -> None:
        """Offers the service.

        Args:
            node: that offers it.
            service_type: of the service.
            name: of the service.
            handle: takes a request and what is to be given for it, in the executor's thread.
        """
        self._handle = handle
        self._waiting: dict[int, Answer] = {}
        service: Any = node.create_service(service_type, name, self._take)
        self._send = service.send_response
        service.send_response = self._send_or_keep

    def _take(self, request: Any, response: Any) -> Any:
        answer = Answer(response, self._send)
        self._waiting[id(response)] = answer
        try:
            self._handle(request, answer)
        except BaseException:
            # Whoever made the callback sends another response now.
            del self._waiting[id(response)]
            raise
        return response

    def _send_or_keep(self, response: Any, header: Any) -> None:
        answer = self._waiting.pop(id(response), None)
        if answer is None:
            self._send(response, header)
        else:
            answer.address(header)
