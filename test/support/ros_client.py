# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The other end of a node under test: a camera, a subscriber and a caller of services."""

from __future__ import annotations

import contextlib
import threading
import time
from array import array
from collections.abc import Callable
from queue import Empty, Queue
from types import TracebackType
from typing import Any

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from numpy.typing import NDArray
from rcl_interfaces.msg import Parameter as ParameterMessage
from rcl_interfaces.msg import SetParametersResult
from rcl_interfaces.srv import GetParameters, SetParameters
from rclpy.context import Context
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile, QoSReliabilityPolicy
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from support.logged_process import PATIENCE_S
from support.waiting import wait_until as wait_until

RELIABLE = QoSProfile(depth=10, reliability=QoSReliabilityPolicy.RELIABLE)
BEST_EFFORT = QoSProfile(depth=10, reliability=QoSReliabilityPolicy.BEST_EFFORT)

RESEND_S = 0.25
"""A best-effort image may be lost: a test sends it again after this long."""


class Inbox:
    """The messages of one subscription, and a way to wait for one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._messages: list[Any] = []

    def add(self, message: Any) -> None:
        """The subscription's callback."""
        with self._changed:
            self._messages.append(message)
            self._changed.notify_all()

    @property
    def messages(self) -> list[Any]:
        """Everything that came so far, oldest first."""
        with self._changed:
            return list(self._messages)

    def wait(
        self, wanted: Callable[[Any], bool] = lambda _: True, timeout_s: float = PATIENCE_S
    ) -> Any:
        """Waits for a message that fits, those already here included; None when time is up."""

        def found() -> Any:
            return next((message for message in reversed(self._messages) if wanted(message)), None)

        with self._changed:
            self._changed.wait_for(lambda: found() is not None, timeout_s)
            return found()

    def clear(self) -> None:
        """Forgets everything that came so far."""
        with self._changed:
            self._messages.clear()


class RosClient:
    """A node of the test's own, spun in a thread."""

    def __init__(self, namespace: str, name: str = "client") -> None:
        """Joins the ROS domain of the environment.

        Args:
            namespace: of the node under test, so that relative names mean its topics.
            name: of this node.
        """
        self._context = Context()
        rclpy.init(context=self._context)
        self.node = rclpy.create_node(name, namespace=namespace, context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._thread = threading.Thread(target=self._spin, daemon=True)
        self._thread.start()
        self._clients: dict[str, Any] = {}
        self._stamp_ns = 0

    def __enter__(self) -> RosClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._executor.shutdown()
        self._context.try_shutdown()
        self._thread.join()
        self.node.destroy_node()

    def _spin(self) -> None:
        with contextlib.suppress(ExternalShutdownException):
            self._executor.spin()

    def subscribe(self, message_type: Any, topic: str, qos: Any = RELIABLE) -> Inbox:
        """Collects everything that comes on a topic."""
        inbox = Inbox()
        self.node.create_subscription(message_type, topic, inbox.add, qos)
        return inbox

    def camera(self, message_type: Any = Image, topic: str = "image", qos: Any = RELIABLE) -> Any:
        """A publisher, once the node under test has subscribed to it."""
        publisher = self.node.create_publisher(message_type, topic, qos)
        wait_until(lambda: publisher.get_subscription_count() > 0, f"a subscriber of {topic}")
        return publisher

    def header(self, frame_id: str = "camera") -> Header:
        """A header with a stamp of this moment, that no other has."""
        self._stamp_ns = max(self._stamp_ns + 1, time.time_ns())
        header = Header(frame_id=frame_id)
        header.stamp.sec, header.stamp.nanosec = divmod(self._stamp_ns, 10**9)
        return header

    def ask(self, publisher: Any, message: Any, *inboxes: Inbox) -> list[Any]:
        """Publishes an image until each inbox holds an answer with its stamp."""
        for inbox in inboxes:
            inbox.clear()
        deadline = time.monotonic() + PATIENCE_S
        while True:
            publisher.publish(message)
            resend = time.monotonic() + RESEND_S
            answers = [
                inbox.wait(
                    lambda answer: answer.header.stamp == message.header.stamp,
                    max(0.0, resend - time.monotonic()),
                )
                for inbox in inboxes
            ]
            if all(answer is not None for answer in answers):
                return answers
            assert time.monotonic() < deadline, "no answer to an image"

    def call(self, service_type: Any, name: str, request: Any) -> Any:
        """Calls a service of the node under test and returns the response.

        rmw drops the answer to a client that the other side has not found within 100 ms, so there
        is one client for all calls, and what a new one asks is asked again. An answer that is
        missing later is the node's fault.
        """
        is_new = name not in self._clients
        if is_new:
            self._clients[name] = self.node.create_client(service_type, name)
        client = self._clients[name]
        assert client.wait_for_service(PATIENCE_S), f"no service {name}"
        answers: Queue[Any] = Queue()
        times = 6 if is_new else 1
        for _ in range(times):
            client.call_async(request).add_done_callback(answers.put)
            with contextlib.suppress(Empty):
                return answers.get(timeout=PATIENCE_S / times).result()
        raise AssertionError(f"no answer from {name}")

    def set(self, **values: Any) -> list[SetParametersResult]:
        """Sets the segmentation node's parameters one by one, as `ros2 param set` does."""
        parameters = [Parameter(name, value=value) for name, value in values.items()]
        request = SetParameters.Request(parameters=[p.to_parameter_msg() for p in parameters])
        return list(self.call(SetParameters, "segmentation/set_parameters", request).results)

    def must_set(self, **values: Any) -> None:
        """Sets parameters that must be accepted."""
        for result in self.set(**values):
            assert result.successful, result.reason

    def get(self, name: str) -> Any:
        """The value of one of the segmentation node's parameters."""
        request = GetParameters.Request(names=[name])
        (value,) = self.call(GetParameters, "segmentation/get_parameters", request).values
        return Parameter.from_parameter_msg(ParameterMessage(name=name, value=value)).value


def image(
    pixels: NDArray[Any], encoding: str, header: Header, *, padding: int = 0, is_bigendian: int = 0
) -> Image:
    """An image message of any encoding, written out byte by byte.

    Args:
        pixels: (H, W) or (H, W, C), of the encoding's type and byte order.
        encoding: its name.
        header: its header.
        padding: bytes after each row.
        is_bigendian: what the message says of its byte order.
    """
    height, width = pixels.shape[:2]
    rows = np.frombuffer(np.ascontiguousarray(pixels).tobytes(), np.uint8).reshape(height, -1)
    padded = np.pad(rows, ((0, 0), (0, padding)), constant_values=0xAB)
    return Image(
        header=header,
        height=height,
        width=width,
        encoding=encoding,
        step=padded.shape[1],
        is_bigendian=is_bigendian,
        data=array("B", padded.tobytes()),
    )


def pixels_of(message: Image) -> NDArray[np.uint8]:
    """The pixels of an 8-bit image message whose rows are not padded."""
    channels = {"mono8": 1, "rgb8": 3}[message.encoding]
    assert message.step == message.width * channels
    assert len(message.data) == message.step * message.height
    pixels = np.frombuffer(message.data, np.uint8).reshape(message.height, message.width, channels)
    return pixels[..., 0] if channels == 1 else pixels


def values(status: DiagnosticStatus) -> dict[str, str]:
    """The values of a diagnostic status."""
    return {entry.key: entry.value for entry in status.values}
